"""A learning curve as a table and as a chart."""

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.learning import LearningCurve
from modelyard.kit.numerals import count, decimals_for, number, share


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


def learning_chart(learning: LearningCurve) -> ChartSpec:
    """Return the curve with its spread over the folds."""
    points = learning.points
    curve = Series(
        learning.metric,
        tuple(float(each.n_rows) for each in points),
        tuple(each.mean for each in points),
        tuple(each.mean - each.sd for each in points),
        tuple(each.mean + each.sd for each in points),
    )
    return ChartSpec(
        key="learning-curve",
        title="Learning curve",
        kind=ChartKind.LINES,
        x_label="Rows that taught",
        y_label=learning.metric,
        series=(curve,),
        caption=f"{_told(learning)} A curve that is still moving at its right end asks for more "
        "rows.",
    )


def _told(learning: LearningCurve) -> str:
    """Say what was measured, on which rows, and what the span is."""
    of = f" of {learning.fitted}" if learning.fitted else ""
    rows, over = f"{learning.n_folds} held-out folds", "them"
    if learning.n_folds == 1:
        rows, over = "held-out part", "ten parts of it"
    return (
        f"{learning.metric}{of} on the same {rows}; the lighter span is one standard deviation "
        f"over {over}."
    )
