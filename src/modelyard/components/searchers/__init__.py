"""Searchers: each proposes hyperparameters in its own way."""
