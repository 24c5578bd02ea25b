"""Measures of how far predictions are from the truth."""
