"""Datasets of pictures as they are seen on several pages."""
