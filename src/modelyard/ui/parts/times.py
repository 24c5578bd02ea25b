"""Times as people tell them: how long ago, how long, and the exact time where they ask."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
# Beyond, a date says more than a count of days.
_OLD_S = 30 * _DAY


def ago(at: datetime, *, now: datetime) -> str:
    """Return how long ago something was.

    >>> ago(datetime(2026, 1, 1, 12, 0, tzinfo=UTC), now=datetime(2026, 1, 1, 12, 3, tzinfo=UTC))
    '3 minutes ago'
    """
    seconds = (now - at).total_seconds()
    if seconds < _MINUTE:
        return "just now"
    if seconds > _OLD_S:
        return f"on {at:%Y-%m-%d}"
    size, word = next(
        (size, word)
        for size, word in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"))
        if seconds >= size
    )
    count = int(seconds // size)
    return f"{count} {word}{'' if count == 1 else 's'} ago"


def lasting(seconds: float) -> str:
    """Return how long something took, in the two units that matter.

    >>> lasting(0.4), lasting(75), lasting(7_500)
    ('0.4 s', '1 min 15 s', '2 h 5 min')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def exactly(at: datetime) -> str:
    """Return a time to the second, by the clock of whoever looks."""
    return f"{local(at):%Y-%m-%d %H:%M:%S %Z}"


def local(at: datetime) -> datetime:
    """Return a time by the clock of whoever looks; by UTC where a browser does not tell it."""
    import streamlit as st

    try:
        return at.astimezone(ZoneInfo(st.context.timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return at.astimezone(UTC)


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
