"""How delimited text is decoded, which dialect it is written in, and where its records end."""
