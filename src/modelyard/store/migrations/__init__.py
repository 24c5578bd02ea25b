"""How the tables came to be, revision by revision; a database is brought up to date on opening."""
