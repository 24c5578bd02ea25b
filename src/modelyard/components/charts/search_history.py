"""Search: how good each trial was, in the order in which they were made."""

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.tasks import Task
from modelyard.domain.trials import TrialStatus
from modelyard.protocols.charts import ChartCard, ChartInput

# Points that a page of vector graphics carries lightly.
_MAX_POINTS = 1000


class _SearchHistory:
    card = ChartCard(
        key="search-history",
        title="Trials of the search",
        tasks=frozenset(Task),
        order=80,
    )

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        search = subject.search
        if search is None:
            return None
        done = [each for each in search.trials if each.status is TrialStatus.SUCCEEDED]
        shown = done[:_MAX_POINTS]
        scores = [(each.number, each.score) for each in shown if each.score is not None]
        best = search.best
        if len(scores) < 2 or best.score is None:
            return None
        n_more = len(search.trials) - len(scores)
        others = f" {n_more} trials that were not finished are not shown." if n_more else ""
        x = tuple(float(number) for number, _ in scores)
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.POINTS,
            x_label="Trial",
            y_label=f"{search.metric_title}, mean over folds",
            series=(
                Series("trials", x, tuple(float(score) for _, score in scores)),
                Series("best", (x[0], x[-1]), (float(best.score),) * 2, is_reference=True),
            ),
            caption=(
                f"The dashed line is the best trial, number {best.number}; the first point is the "
                f"default parameters. Where late trials are no better, more would help little."
                f"{others}"
            ),
        )


COMPONENT = _SearchHistory()
