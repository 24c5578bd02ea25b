"""Preparations of columns that are learned from training rows."""
