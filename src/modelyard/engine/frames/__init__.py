"""Takes tables in the form that a user holds them, and answers in the same form."""
