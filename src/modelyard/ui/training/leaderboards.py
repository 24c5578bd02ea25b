"""What a search has tried so far: a table that fills up, and how the best has grown with time."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.trials import TrialStatus
from modelyard.kit.numerals import count, counted, number
from modelyard.kit.texts import visible
from modelyard.ui.parts.charts import draw
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import lasting
from modelyard.wire.jobs import JobLeaderboard, TriedAnswer

# A search of hours tries thousands, and the table is sent anew every other second.
_N_FIRST = 20
_STATUS: Mapping[TrialStatus, str] = MappingProxyType(
    {
        TrialStatus.SUCCEEDED: "scored",
        TrialStatus.PRUNED: "given up",
        TrialStatus.FAILED: "failed",
        TrialStatus.CANCELLED: "broken off",
    }
)


def show_leaderboard(board: JobLeaderboard, titles: Mapping[str, str]) -> None:
    """Draw what was tried so far, where anything was.

    Args:
        board: of the job.
        titles: of metrics by key.
    """
    import streamlit as st

    if not board.items:
        st.caption("What is tried appears here as it ends.")
        return
    metric = titles.get(board.metric or "", board.metric or "score")
    _show_best(board, metric)
    growth = growth_of(board, metric)
    if len(growth.series[0].x) > 1:
        draw(growth, key="growth")
    shown = board.items
    if len(board.items) > _N_FIRST and not st.toggle(
        f"Show all {count(len(board.items))}", key="all-tried"
    ):
        shown = board.items[:_N_FIRST]
    columns = st.column_config
    st.dataframe(
        [_row(at, each) for at, each in enumerate(shown, start=1)],
        hide_index=True,
        placeholder="",
        column_config={
            "Place": columns.NumberColumn(width="small"),
            "Score": columns.NumberColumn(visible(metric), format="%.4f", width="small"),
            "Seconds": columns.NumberColumn(format="%.1f s", width="small"),
        },
        alt="What was tried so far, the best first",
    )


def _show_best(board: JobLeaderboard, metric: str) -> None:
    import streamlit as st

    scored = [each for each in board.items if each.status is TrialStatus.SUCCEEDED]
    left, right = st.columns(2)
    left.metric("Scored", counted(len(scored), "model"))
    if scored and scored[0].score is not None:
        right.metric(f"Best so far, {plain(metric)}", number(scored[0].score))


def growth_of(board: JobLeaderboard, metric: str) -> ChartSpec:
    """Return how the best score has grown with time."""
    best: list[tuple[float, float]] = []
    for each in _timed(board.items):
        if not best or _is_better(each.score, best[-1][1], board):
            at_s = each.at_s or 0.0
            # It stays what it is until it is passed.
            best += [(at_s, best[-1][1])] if best else []
            best.append((at_s, each.score or 0.0))
    ended = max((each.at_s or 0.0 for each in board.items), default=0.0)
    if best and ended > best[-1][0]:
        best.append((ended, best[-1][1]))
    told = f"{metric} of the best so far"
    caption = f"{told} is {number(best[-1][1])} after {lasting(ended)}." if best else told
    times, scores = tuple(at for at, _ in best), tuple(score for _, score in best)
    series = (Series(told, times, scores),)
    return ChartSpec(
        "growth", "The best so far", ChartKind.LINES, "seconds", metric, series, caption
    )


def _timed(items: Sequence[TriedAnswer]) -> list[TriedAnswer]:
    scored = [each for each in items if each.status is TrialStatus.SUCCEEDED]
    return sorted(scored, key=lambda each: (each.at_s or 0.0, each.number))


def _is_better(score: float | None, than: float, board: JobLeaderboard) -> bool:
    return score is not None and (score > than if board.higher_is_better else score < than)


def _row(place: int, tried: TriedAnswer) -> dict[str, Any]:
    is_scored = tried.status is TrialStatus.SUCCEEDED
    return {
        "Place": place if is_scored else None,
        "Model": visible(tried.name or f"trial {tried.number}"),
        "Score": tried.score,
        "Seconds": tried.duration_s,
        "State": _STATUS[tried.status],
        "Settings": visible(
            ", ".join(f"{key} {_told(value)}" for key, value in tried.parameters.items())
        ),
        "Why": visible(tried.reason),
    }


def _told(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)
