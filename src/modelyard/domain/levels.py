"""Levels of intervals and sets, in percent, as people and programs ask for them."""

# A level is above it: a share, from 0 to 1, was not meant as a percentage.
LEAST_LEVEL = 1.0
_USUAL = "90"


def is_level(percent: float) -> bool:
    """Return whether a number is a level in percent."""
    return LEAST_LEVEL < percent < 100


def level_meant(given: float) -> str:
    """Return the level that was meant by what is none: 95 by 0.95, and 90 where none can be told.

    >>> level_meant(0.95), level_meant(0.001), level_meant(250.0)
    ('95', '90', '90')
    """
    meant = f"{100 * given:g}"
    return meant if given < LEAST_LEVEL and is_level(float(meant)) else _USUAL
