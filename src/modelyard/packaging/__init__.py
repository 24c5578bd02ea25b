"""Writes, signs and proves model packages."""
