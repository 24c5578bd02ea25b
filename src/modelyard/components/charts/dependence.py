"""Dependence: how the answer moves with the columns that matter most."""

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.dependences import Curve, Dependence
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartCard, ChartInput


class _Dependence:
    card = ChartCard(
        key="dependence",
        title="How the answer moves",
        tasks=frozenset(Task),
        order=31,
    )

    def chart(self, subject: ChartInput) -> tuple[ChartSpec, ...] | None:
        """Return one chart a column."""
        drawn = tuple(self._one(each, subject) for each in subject.dependence)
        return drawn or None

    def _one(self, each: Dependence, subject: ChartInput) -> ChartSpec:
        is_words = bool(each.categories)
        places = each.values or tuple(float(place) for place in range(len(each.categories)))
        # Bars of one label alone can be read: the one that moves most.
        curves = (max(each.curves, key=_reach),) if is_words else each.curves
        is_value = subject.task is Task.REGRESSION
        what = f"Answer for {subject.target}" if is_value else "Probability"
        if (is_words and not is_value) or (len(curves) == 1 and not is_value):
            what = f"Probability of {curves[0].name}"
        return ChartSpec(
            key=self.card.key,
            title=f"How the answer moves with {each.column}",
            kind=ChartKind.BARS if is_words else ChartKind.LINES,
            x_label=each.column,
            y_label=what,
            series=tuple(
                Series(curve.name, places, curve.mean, curve.low, curve.high) for curve in curves
            ),
            caption=_caption(each, subject),
            categories=each.categories,
        )


def _reach(curve: Curve) -> float:
    return max(curve.mean) - min(curve.mean)


def _caption(each: Dependence, subject: ChartInput) -> str:
    largest = max(each.curves, key=_reach)
    low, high = min(largest.mean), max(largest.mean)
    what = "the answer" if subject.task is Task.REGRESSION else f"'{largest.name}'"
    span = "lines hold" if each.categories else "lighter span holds"
    return (
        f"With {each.column} alone changed, {what} moves from {low:.3g} to {high:.3g} on average; "
        f"the {span} four rows in five."
    )


COMPONENT = _Dependence()
