"""The box that a table is dropped into, and what the browser does with it."""
