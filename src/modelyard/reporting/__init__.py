"""Turns an evaluation into a page that a person reads, without anything but the vocabulary."""
