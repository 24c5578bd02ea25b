"""Readers of files into raw tables."""
