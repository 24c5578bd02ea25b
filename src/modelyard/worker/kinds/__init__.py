"""What there is to do for each kind of job, one module a kind; found by scanning."""
