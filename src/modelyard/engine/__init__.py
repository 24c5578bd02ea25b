"""The computing: from a typed table to a fitted, measured model."""
