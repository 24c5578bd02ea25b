"""Importance: which columns the model looks at."""

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartCard, ChartInput

# Bars that are read rather than counted.
_MAX_BARS = 20


class _Importance:
    card = ChartCard(
        key="importance",
        title="What the model looks at",
        tasks=frozenset(Task),
        order=30,
    )

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        shown = subject.importance[:_MAX_BARS]
        if not shown:
            return None
        means = tuple(each.mean for each in shown)
        bars = Series(
            name="loss when shuffled",
            x=tuple(float(place) for place in range(len(shown))),
            y=means,
            low=tuple(each.mean - each.sd for each in shown),
            high=tuple(each.mean + each.sd for each in shown),
        )
        n_left_out = len(subject.importance) - len(shown)
        rest = f" {n_left_out} weaker columns are not shown." if n_left_out else ""
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.BARS,
            x_label="Column",
            y_label="What the deciding metric loses when the column is shuffled",
            series=(bars,),
            caption=_caption(means, shown[0].column) + rest,
            categories=tuple(each.column for each in shown),
        )


def _caption(means: tuple[float, ...], strongest: str) -> str:
    if means[0] <= 0:
        return "Shuffling any one column costs nothing: the model leans on none of them alone."
    return (
        f"Shuffling '{strongest}' costs the most; the lines show one standard deviation over the "
        "repeats. Columns that tell the same share their importance."
    )


COMPONENT = _Importance()
