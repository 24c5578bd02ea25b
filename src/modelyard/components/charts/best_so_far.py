"""AutoML: each candidate when it ended, and the best score until then."""

from math import isfinite

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.leaderboards import Entry, Leaderboard
from modelyard.domain.tasks import Task
from modelyard.domain.trials import TrialStatus
from modelyard.kit.numerals import counted
from modelyard.protocols.charts import ChartCard, ChartInput

# Points of a line that a page of vector graphics carries lightly.
_MAX_POINTS = 1000


class _BestSoFar:
    card = ChartCard(
        key="best-so-far",
        title="The best score over time",
        tasks=frozenset(Task),
        order=83,
    )

    def chart(self, subject: ChartInput) -> ChartSpec | None:
        board = subject.leaderboard
        if board is None:
            return None
        done = [e for e in board.entries if e.is_complete and e.score is not None]
        done.sort(key=lambda each: (each.at_s, each.number))
        if not done or done[0].at_s == done[-1].at_s:
            return None
        x, y = _steps(done)
        ends = (x[0], x[-1])
        chosen = Series("the chosen model", ends, (board.blend_score,) * 2, is_reference=True)
        return ChartSpec(
            key=self.card.key,
            title=self.card.title,
            kind=ChartKind.LINES,
            x_label="Seconds since the training began",
            y_label=board.metric_title,
            series=(
                Series("best single candidate", x, y),
                *((chosen,) if isfinite(board.blend_score) else ()),
            ),
            caption=(
                "The best score of a single candidate until then. The dashed line is what was "
                f"chosen, on the same rows. {_flat(board)}"
            ),
        )


def _flat(board: Leaderboard) -> str:
    """Say what a flat line tells: of what was tried, and not of what could not be begun."""
    told = "Where the line has long been flat, more time for candidates like these would bring "
    n_skipped = sum(each.status is TrialStatus.PRUNED for each in board.entries)
    if not n_skipped:
        return f"{told}little."
    return (
        f"{told}little; what {counted(n_skipped, 'candidate')} that could not be begun would have "
        "brought, it does not tell."
    )


def _steps(done: list[Entry]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the best score as steps: it holds until a better candidate ends."""
    x, y = [done[0].at_s], [float(done[0].score or 0.0)]
    best = done[0].goodness or 0.0
    for each in done[1:]:
        goodness = each.goodness or 0.0
        if goodness > best:
            best = goodness
            x += [each.at_s, each.at_s]
            y += [y[-1], float(each.score or 0.0)]
    x, y = x[: _MAX_POINTS - 1], y[: _MAX_POINTS - 1]
    return (*x, done[-1].at_s), (*y, y[-1])


COMPONENT = _BestSoFar()
