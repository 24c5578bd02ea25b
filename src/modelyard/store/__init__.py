"""Where results live: SQL tables and artifacts of the project folder, one file per noun."""
