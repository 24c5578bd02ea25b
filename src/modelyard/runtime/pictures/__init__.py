"""Pictures as models see them: told from their bytes, opened with care, brought to one size."""
