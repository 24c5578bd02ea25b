"""The verdict on a model in plain words, from the interval of its gain over the baseline."""

import math
from dataclasses import dataclass
from enum import StrEnum

from modelyard.domain.evaluations import Evaluation, IntervalUnit, MetricEstimate
from modelyard.domain.tasks import Label
from modelyard.kit.numerals import counted, number, share, span
from modelyard.reporting.doubts import doubts_of, has_poor_probabilities
from modelyard.reporting.estimates import decimals_of


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
        drawn: what was drawn for the intervals, as the object of a sentence.
        caution: what the figures cannot tell, empty where nothing needs to be added.
        doubts: sentences on what good figures hide, and on those that are too good.
    """

    standing: Standing
    headline: str
    detail: str
    drawn: str = "the rows"
    caution: str = ""
    doubts: tuple[str, ...] = ()


_HEADLINES = {
    Standing.BETTER: "The model beats guessing.",
    Standing.SAME: "No better than guessing, as far as these rows can tell.",
    Standing.WORSE: "Worse than guessing.",
    Standing.UNKNOWN: "How good the model is could not be measured.",
}

_DRAWN = {
    IntervalUnit.ROW: "the rows",
    IntervalUnit.EQUAL_ROWS: "the rows, those that are equal in every feature together,",
    IntervalUnit.GROUP: "whole groups of rows",
    IntervalUnit.MOMENT: "blocks of consecutive moments",
}
# Below this, the rows of a class are too few for a bootstrap to see how they differ (rule of ten
# events of Peduzzi et al., Journal of Clinical Epidemiology 49 (1996)).
_FEW_OF_A_CLASS = 10
# Fewer groups than this may not stand for others, whatever is drawn from them (Cameron, Miller: A
# Practitioner's Guide to Cluster-Robust Inference (2015), section VI).
_FEW_UNITS = 50


def verdict_of(evaluation: Evaluation) -> Verdict:
    """Judge by the deciding metric: the interval of the gain must exclude zero."""
    deciding = evaluation.deciding
    standing = _standing(deciding)
    return Verdict(
        standing,
        _headline(standing, evaluation),
        _detail(deciding, evaluation),
        _DRAWN[evaluation.interval_unit],
        _caution(deciding, evaluation),
        doubts_of(evaluation),
    )


def _headline(standing: Standing, evaluation: Evaluation) -> str:
    if standing is Standing.BETTER and has_poor_probabilities(evaluation):
        return "The model beats guessing, but its probabilities are worse than guesses."
    return _HEADLINES[standing]


def _standing(estimate: MetricEstimate) -> Standing:
    if estimate.beats_baseline:
        return Standing.BETTER
    if estimate.gain_high < 0:
        return Standing.WORSE
    return Standing.UNKNOWN if math.isnan(estimate.gain_low) else Standing.SAME


def _detail(estimate: MetricEstimate, evaluation: Evaluation) -> str:
    rows = counted(evaluation.n_rows, "row")
    if math.isnan(estimate.value):
        return (
            f"{estimate.title} is not defined on the {rows} that were held back, as happens where "
            "only one class or value occurs among them."
        )
    decimals = decimals_of(estimate)
    value, baseline = number(estimate.value, decimals), number(estimate.baseline, decimals)
    source = ""
    if evaluation.interval_unit is not IntervalUnit.ROW:
        source = f" from {counted(evaluation.n_units, evaluation.interval_unit.noun)}"
    told = span(estimate.low, estimate.high, decimals=decimals)
    interval = "" if math.isnan(estimate.low) else f" (95 % interval {told}{source})"
    return (
        f"{estimate.title} {value}{interval} on {rows} that it never saw, against {baseline} for "
        "the baseline."
    )


def _caution(estimate: MetricEstimate, evaluation: Evaluation) -> str:
    """Tell where an interval looks surer than it is.

    Source: Hanley, Lippman-Hand: If nothing goes wrong, is everything all right? (1983): what was
    not seen in n rows may still make up 3/n of all.
    """
    if math.isnan(estimate.value):
        return ""
    unit = evaluation.interval_unit
    n_units = evaluation.n_rows if unit is IntervalUnit.ROW else evaluation.n_units
    word = unit.noun
    if math.isnan(estimate.low):
        who = f"One {word}" if n_units == 1 else counted(n_units, word)
        return f"{who} cannot tell how {word}s differ, so there is no interval."
    if math.isclose(estimate.low, estimate.high, rel_tol=1e-9):
        return (
            "The interval has no width because the score is the same whichever of these rows are "
            f"drawn; up to {share(min(3, n_units), n_units)} of other {word}s may still behave "
            "differently."
        )
    rarest = _rarest(evaluation)
    if rarest is not None:
        label, n_rows = rarest
        return (
            f"Only {counted(n_rows, 'row')} of them {'holds' if n_rows == 1 else 'hold'} "
            f"'{label}': the interval is narrower than so few can bear."
        )
    if unit in {IntervalUnit.GROUP, IntervalUnit.MOMENT} and n_units < _FEW_UNITS:
        return (
            f"The rows come from {counted(n_units, word)}: so few say little of how other {word}s "
            "differ."
        )
    return ""


def _rarest(evaluation: Evaluation) -> tuple[Label, int] | None:
    """Return the rarest label of the rows with its count, if it is rare and was asked for."""
    counts = [sum(row) for row in evaluation.confusion]
    seen = [(count, at) for at, count in enumerate(counts) if count]
    if len(evaluation.labels) != 2 or not seen:
        return None
    count, at = min(seen)
    return (evaluation.labels[at], count) if count < _FEW_OF_A_CLASS else None
