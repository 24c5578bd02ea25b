"""Coverage: whether intervals or sets hold the truth as often as is asked."""

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartCard, ChartInput


class _Coverage:
    card = ChartCard(key="coverage", title="Coverage", tasks=frozenset(Task), order=28)

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        if len(subject.coverage) < 2:
            return None
        asked = tuple(each.level for each in subject.coverage)
        held = tuple(each.share for each in subject.coverage)
        noun = "sets of labels" if subject.task.is_classification else "intervals"
        ends = asked[0], asked[-1]
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.LINES,
            x_label="Level that is asked for",
            y_label="Share of rows whose truth is held",
            series=(
                Series(noun, asked, held),
                Series("as asked", ends, ends, is_reference=True),
            ),
            caption=(
                f"How often {noun} hold the truth of rows that they were not ranked on; on the "
                "dashed line they do so exactly as often as is asked."
            ),
        )


COMPONENT = _Coverage()
