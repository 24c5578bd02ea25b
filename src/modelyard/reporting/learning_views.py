"""A learning curve as a table."""

from modelyard.domain.learning import LearningCurve
from modelyard.reporting.numerals import count, decimals_for, number, share


def learning_rows(learning: LearningCurve | None) -> tuple[tuple[str, ...], ...]:
    """Return share, rows and metric of each point; nothing without a curve."""
    if learning is None:
        return ()
    decimals = [decimals_for(p.mean - p.sd, p.mean + p.sd, value=p.mean) for p in learning.points]
    return tuple(
        (
            share(each.share, 1),
            count(each.n_rows),
            number(each.mean, places),
            number(each.sd, places),
        )
        for each, places in zip(learning.points, decimals, strict=True)
    )
