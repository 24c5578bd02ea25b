"""AutoML: how far behind the best one each of the best candidates is."""

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.leaderboards import Entry, Leaderboard
from modelyard.domain.tasks import Task
from modelyard.protocols.charts import ChartCard, ChartInput

# Bars that are read rather than counted; the page has more candidates in its table.
_MAX_BARS = 12


class _Candidates:
    card = ChartCard(
        key="candidates",
        title="How far behind the best",
        tasks=frozenset(Task),
        order=82,
    )

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        board = subject.leaderboard
        if board is None:
            return None
        shown = _shown(board)
        if len(shown) < 2:
            return None
        best = shown[0].goodness or 0.0
        lacks = [best - (each.goodness or 0.0) for each in shown]
        pairs = list(zip(shown, lacks, strict=True))
        bars = Series(
            name="lacks",
            x=tuple(float(place) for place in range(len(shown))),
            y=tuple(lacks),
            low=tuple(_end(each.behind_low, lack) for each, lack in pairs),
            high=tuple(_end(each.behind_high, lack) for each, lack in pairs),
        )
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.BARS,
            x_label="Candidate",
            y_label=f"{board.metric_title} that it lacks",
            series=(bars,),
            caption=_caption(shown, board),
            categories=tuple(_named(each) for each in shown),
        )


def _shown(board: Leaderboard) -> list[Entry]:
    complete = [each for each in board.ranked if each.is_complete and each.goodness is not None]
    return complete[:_MAX_BARS]


def _end(end: float | None, lack: float) -> float:
    """Return the end of an interval; what is not known has no width."""
    return lack if end is None else end


def _named(entry: Entry) -> str:
    return f"● {entry.candidate.name}" if entry.weight else entry.candidate.name


def _caption(shown: list[Entry], board: Leaderboard) -> str:
    chosen = [each for each in board.chosen if each not in shown]
    others = ""
    if chosen:
        others = f" Chosen beside those shown: {', '.join(e.candidate.name for e in chosen)}."
    return (
        f"What each candidate lacks beside {shown[0].candidate.name}, on the same rows; the lines "
        "are 95 % intervals of the difference. One that reaches zero is tied. A dot marks what "
        f"answers in the model.{others}"
    )


COMPONENT = _Candidates()
