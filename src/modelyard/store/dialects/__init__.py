"""The kinds of database that records can be kept in, one module each: how it is opened and read."""
