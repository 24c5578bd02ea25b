"""What is remembered of a project: SQL tables, one file a noun."""
