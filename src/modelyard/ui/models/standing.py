"""Which of several models is better beyond chance, as far as their own intervals can tell."""

from collections.abc import Sequence

from modelyard.ui.parts.texts import plain
from modelyard.wire.models import ComparedModelAnswer, ComparedScoreAnswer, ComparisonAnswer


def standing_told(comparison: ComparisonAnswer) -> tuple[str, ...]:
    """Say which model is best by the deciding metric, and which cannot be told from it.

    Intervals that do not overlap differ beyond chance; those that do may or may not.

    Source: Schenker, Gentleman: On Judging the Significance of Differences by Examining the Overlap
    Between Confidence Intervals (2001).
    """
    key, title = comparison.metric, plain(comparison.titles[comparison.metric])
    known = [each for each in comparison.models if each.scores[key].value is not None]
    if len(known) < 2:
        return (f"Fewer than two of them have a {title}, so nothing can be told.",)
    best, *others = known
    clear = [each for each in others if is_apart(best.scores[key], each.scores[key])]
    near = [each for each in others if each not in clear]
    told = [f"**{plain(best.name)}** has the best {title}."]
    if clear:
        told.append(
            f"It is better than {_named(clear)} beyond chance: their intervals do not overlap."
        )
    if near:
        told.append(
            f"It cannot be told from {_named(near)}: their intervals overlap, so that the order "
            "may be chance."
        )
    return tuple(told)


def is_apart(one: ComparedScoreAnswer, other: ComparedScoreAnswer) -> bool:
    """Return whether two intervals are known and do not overlap."""
    if None in {one.low, one.high, other.low, other.high}:
        return False
    return (one.low or 0.0) > (other.high or 0.0) or (one.high or 0.0) < (other.low or 0.0)


def _named(models: Sequence[ComparedModelAnswer]) -> str:
    return " and ".join(plain(each.name) for each in models)
