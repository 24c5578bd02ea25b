"""Findings about a table's quality before anything is trained on it."""
