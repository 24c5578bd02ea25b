"""Tells which distribution of this source is installed: all of it, or only what serves."""

from importlib.util import find_spec

# What to do about something that only the whole install knows.
WHOLE_INSTALL = "Install modelyard in an environment of its own; this is modelyard-serving."


def serves_alone() -> bool:
    """Return whether this is `modelyard-serving`, which can neither train nor keep a registry."""
    return find_spec("modelyard.engine") is None
