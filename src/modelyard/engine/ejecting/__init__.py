"""Writes what trained a model as a script that needs nothing of this library."""
