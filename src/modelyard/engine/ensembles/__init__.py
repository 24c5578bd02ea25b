"""Combines several algorithms to one model: members, their out-of-fold scores, one recipe."""
