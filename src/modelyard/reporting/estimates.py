"""A measured figure as text: as many digits as its interval bears, and as its verdict needs."""

from modelyard.domain.evaluations import MetricEstimate
from modelyard.kit.numerals import decimals_apart, decimals_for, number, span


def decimals_of(estimate: MetricEstimate) -> int | None:
    """Return where a value, its interval and its baseline are rounded.

    Where the value is surely better or worse than the baseline, the two are not written alike.
    """
    decimals = decimals_for(estimate.low, estimate.high, value=estimate.value)
    if estimate.beats_baseline or estimate.gain_high < 0:
        return decimals_apart(estimate.value, estimate.baseline, decimals=decimals)
    return decimals


def gain_of(estimate: MetricEstimate) -> tuple[str, str]:
    """Return the gain over the baseline and its interval, rounded by their own size."""
    decimals = decimals_for(estimate.gain_low, estimate.gain_high, value=estimate.gain)
    interval = span(estimate.gain_low, estimate.gain_high, decimals=decimals)
    return number(estimate.gain, decimals), interval
