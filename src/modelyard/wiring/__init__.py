"""Puts the services of one part of the platform together; bootstrap hands them out."""
