"""Measures a model on rows that it has not seen, with intervals, beside a baseline."""
