"""Pictures of a profiled table: the values of a column, and how far columns go together."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.columns import ColumnKind
from modelyard.kit.numerals import count, number, share
from modelyard.kit.texts import visible
from modelyard.ui.data.profiles import ColumnProfile
from modelyard.ui.parts import charts, frames
from modelyard.ui.parts.cells import word_told
from modelyard.ui.parts.frames import axis, framed, inert, names_across, names_down
from modelyard.ui.theme.colours import SERIES

_N_BARS = 12
_HEIGHT_PX, _CELL_PX, _MARGIN_PX = 260, 30, 150


def draw_values(column: ColumnProfile, n_rows: int) -> None:
    """Draw the histogram of a column, or its most frequent values."""
    import streamlit as st

    top = column["top_words"] or column["top_values"]
    is_counted = column["kind"] == ColumnKind.INTEGER and 0 < column["n_unique"] <= _N_BARS
    if column["histogram_counts"] and column["kind"] != ColumnKind.BOOLEAN and not is_counted:
        said = f"Histogram of {visible(column['name'])}"
        frames.draw(histogram(column), key="values", about=said)
    elif top:
        told = [(word_told(value, column["kind"]), n) for value, n in top]
        charts.draw(_most_frequent(told, n_rows), key="values")
    else:
        st.caption("There is nothing to be drawn.")


def histogram(column: ColumnProfile) -> dict[str, Any]:
    """Return the histogram of numbers or dates as Plotly takes it."""
    edges, counts = column["histogram_edges"], column["histogram_counts"]
    is_dated = column["kind"] == ColumnKind.DATETIME
    # Plotly counts time in milliseconds, a profile in microseconds.
    scale = 1e-3 if is_dated else 1.0
    said = [
        f"{count(n)}" if is_dated else f"{number(low)} to {number(high)}: {count(n)}"
        for (low, high), n in zip(pairwise(edges), counts, strict=True)
    ]
    bars = {
        "type": "bar",
        "x": [(low + high) / 2 * scale for low, high in pairwise(edges)],
        "width": [(high - low) * scale for low, high in pairwise(edges)],
        "y": list(counts),
        "marker": {"color": SERIES[0], "line": {"width": 0}},
        "customdata": said,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    across = axis() | {"type": "date" if is_dated else "linear", "showgrid": False}
    return framed([bars], height=_HEIGHT_PX, bargap=0.04, xaxis=across, yaxis=axis("rows"))


def heat_map(names: Sequence[str], pairs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return how far each two columns go together as Plotly takes it."""
    places = {name: at for at, name in enumerate(names)}
    cells: list[list[float | None]] = [[None] * len(names) for _ in names]
    said = [[""] * len(names) for _ in names]
    for pair in pairs:
        first, second = places[pair["first"]], places[pair["second"]]
        strength = strength_of(pair)
        words = f"{inert(pair['first'])} and {inert(pair['second'])}: {strength:.2f}"
        for row, column in ((first, second), (second, first)):
            cells[row][column], said[row][column] = strength, words
    map_ = {
        "type": "heatmap",
        "z": cells,
        "zmin": -1,
        "zmax": 1,
        "colorscale": [[0.0, SERIES[1]], [0.5, "rgba(130,144,165,0.08)"], [1.0, SERIES[0]]],
        "xgap": 2,
        "ygap": 2,
        "customdata": said,
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
        "colorbar": {"thickness": 10, "outlinewidth": 0},
    }
    height = _CELL_PX * len(names) + _MARGIN_PX
    across = names_across(names) | {"side": "top"}
    return framed([map_], height=height, xaxis=across, yaxis=names_down(names))


def strength_of(pair: Mapping[str, Any]) -> float:
    """Return the measure that suits the kinds of two columns, with its sign where it has one."""
    known = (pair[name] for name in ("spearman", "cramers_v", "eta"))
    return float(next((each for each in known if each is not None), 0.0))


def _most_frequent(top: Sequence[tuple[str, int]], n_rows: int) -> ChartSpec:
    shown = top[:_N_BARS]
    value, n = shown[0]
    return ChartSpec(
        key="most-frequent",
        title="Most frequent",
        kind=ChartKind.BARS,
        x_label="",
        y_label="rows",
        series=(
            Series(
                "rows",
                tuple(float(at) for at in range(len(shown))),
                tuple(float(each) for _, each in shown),
            ),
        ),
        caption=f"“{visible(value)}” stands in {share(n, n_rows)} of the rows.",
        categories=tuple(value for value, _ in shown),
    )
