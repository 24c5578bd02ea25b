"""Finds what the columns of a raw table hold, and reads every cell by it."""
