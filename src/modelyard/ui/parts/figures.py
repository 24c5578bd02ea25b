"""Estimates as people read them: as many digits as their interval bears, and the interval."""

import math
from collections.abc import Mapping

from modelyard.kit.numerals import UNDEFINED, decimals_for, number, span
from modelyard.wire.models import Metrics

# Where an interval is not known.
_NAN = math.nan


def value_told(
    value: float | None, *, low: float | None, high: float | None, beside: float | None = None
) -> str:
    """Return a value, rounded to what the interval can tell.

    Args:
        value: to be told.
        low: end of the interval.
        high: other end of it.
        beside: the value that the interval is of, where it is another one.

    >>> value_told(0.81234, low=0.79, high=0.83)
    '0.812'
    """
    if value is None:
        return UNDEFINED
    return number(value, _decimals(value if beside is None else beside, low, high))


def interval_told(value: float | None, *, low: float | None, high: float | None) -> str:
    """Return the interval of a value, empty where it is not known.

    >>> interval_told(0.81234, low=0.79, high=0.83)
    '0.790 to 0.830'
    """
    if value is None or low is None or high is None:
        return ""
    return span(low, high, decimals=_decimals(value, low, high))


def beside_interval(value: float | None, *, low: float | None, high: float | None) -> str:
    """Return a value with its interval behind it, where that is known.

    >>> beside_interval(0.81234, low=0.79, high=0.83)
    '0.812 (0.790 to 0.830)'
    """
    interval = interval_told(value, low=low, high=high)
    told = value_told(value, low=low, high=high)
    return f"{told} ({interval})" if interval else told


def metric_told(metrics: Metrics, key: str) -> str:
    """Return one of the metrics that a record holds, with its interval; empty where it has none."""
    figures: Mapping[str, float | None] = metrics.get(key, {})
    if figures.get("value") is None:
        return ""
    return beside_interval(figures["value"], low=figures.get("low"), high=figures.get("high"))


def _decimals(value: float, low: float | None, high: float | None) -> int | None:
    ends = (_NAN if low is None else low, _NAN if high is None else high)
    return decimals_for(*ends, value=value)
