"""The verdict on a model in plain words, from the interval of its gain over the baseline."""

import math
from dataclasses import dataclass
from enum import StrEnum

from modelyard.domain.evaluations import Evaluation, MetricEstimate
from modelyard.reporting.numerals import count, decimals_for, number, share


class Standing(StrEnum):
    """Where a model stands to its baseline."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """What a reader should take away.

    Attributes:
        headline: one short sentence.
        detail: the figures behind it.
        caution: what the figures cannot tell, empty where nothing needs to be added.
    """

    standing: Standing
    headline: str
    detail: str
    caution: str = ""


_HEADLINES = {
    Standing.BETTER: "The model beats guessing.",
    Standing.SAME: "No better than guessing, as far as these rows can tell.",
    Standing.WORSE: "Worse than guessing.",
    Standing.UNKNOWN: "How good the model is could not be measured.",
}


def verdict_of(evaluation: Evaluation) -> Verdict:
    """Judge by the deciding metric: the interval of the gain must exclude zero."""
    deciding = evaluation.deciding
    standing = _standing(deciding)
    return Verdict(
        standing,
        _HEADLINES[standing],
        _detail(deciding, evaluation.n_rows),
        _caution(deciding, evaluation.n_rows),
    )


def _standing(estimate: MetricEstimate) -> Standing:
    if estimate.beats_baseline:
        return Standing.BETTER
    if estimate.gain_high < 0:
        return Standing.WORSE
    return Standing.UNKNOWN if math.isnan(estimate.gain_low) else Standing.SAME


def _detail(estimate: MetricEstimate, n_rows: int) -> str:
    rows = "1 row" if n_rows == 1 else f"{count(n_rows)} rows"
    if math.isnan(estimate.value):
        return (
            f"{estimate.title} is not defined on the {rows} that were held back, as happens where "
            "only one class or value occurs among them."
        )
    decimals = decimals_for(estimate.low, estimate.high, value=estimate.value)
    value, low, high, baseline = (
        number(each, decimals)
        for each in (estimate.value, estimate.low, estimate.high, estimate.baseline)
    )
    interval = "" if math.isnan(estimate.low) else f" (95 % interval {low} to {high})"
    return (
        f"{estimate.title} {value}{interval} on {rows} that it never saw, against {baseline} for "
        "the baseline."
    )


def _caution(estimate: MetricEstimate, n_rows: int) -> str:
    """Tell where an interval looks surer than it is.

    Source: Hanley, Lippman-Hand: If nothing goes wrong, is everything all right? (1983): what was
    not seen in n rows may still make up 3/n of all.
    """
    if math.isnan(estimate.value):
        return ""
    if n_rows < 2:
        return "One row cannot tell how much rows differ, so there is no interval."
    if math.isclose(estimate.low, estimate.high, rel_tol=1e-9):
        return (
            "The interval has no width because the score is the same whichever of these rows are "
            f"drawn; up to {share(min(3, n_rows), n_rows)} of other rows may still behave "
            "differently."
        )
    return ""
