"""Draws a chart specification with Plotly, in colours that stand out on light and on dark."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.kit.numerals import number
from modelyard.kit.texts import visible
from modelyard.ui.parts.frames import (
    GUIDE,
    Figure,
    Traces,
    axis,
    framed,
    inert,
    names_across,
    names_down,
    softened,
    span,
)
from modelyard.ui.parts.texts import plain
from modelyard.ui.theme.colours import SERIES

# Whiskers on a bar are of its own colour, and seen because the bar is lighter.
_BAR_OPACITY = 0.4
# A cell for no share of its row, and for all: dark figures on either have a contrast above 4.5, by
# whichever light the page is looked at.
_FAINTEST, _FULLEST, _ON_CELLS = "#c3dcee", SERIES[0], "#0b1219"
# More classes than this leave no room for a number in a cell.
_MAX_NUMBERED = 12
_PLANE_PX, _BAR_PX, _BAR_MARGIN_PX, _MATRIX_PX = 340, 26, 70, 400
# Above a chart there is room for its buttons.
_MARGIN: Mapping[str, int] = MappingProxyType({"l": 8, "r": 16, "t": 28, "b": 8})
_CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "responsive": True,
    }
)


def draw(spec: ChartSpec, *, key: str) -> None:
    """Put a chart on the page: its title, the chart, and its caption.

    Args:
        spec: what is to be drawn.
        key: no other chart of the page has it.
    """
    import streamlit as st

    st.markdown(f"**{plain(spec.title)}**")
    st.plotly_chart(
        figure(spec), key=key, config=dict(_CONFIG), alt=visible(f"{spec.title}. {spec.caption}")
    )
    st.caption(plain(spec.caption))


def draw_all(specs: Sequence[ChartSpec], *, key: str) -> None:
    """Put charts on the page, two beside each other where there is room."""
    import streamlit as st

    for first in range(0, len(specs), 2):
        for column, place in zip(st.columns(2), (first, first + 1), strict=True):
            if place < len(specs):
                with column:
                    draw(specs[place], key=f"{key}-{place}")


def figure(spec: ChartSpec) -> Figure:
    """Return a chart as Plotly takes it: traces and layout, with nothing in them that runs.

    What is no finite number is left out. Text from data is neither markup nor template to Plotly.
    """
    return _DRAWN[spec.kind](spec)


# ------------------------------------------------------------------------- lines and points
def _plane(spec: ChartSpec) -> Figure:
    traces: Traces = []
    n_named = 0
    for series in spec.series:
        if series.is_reference:
            traces.append(_guide(series))
            continue
        colour = SERIES[n_named % len(SERIES)]
        n_named += 1
        if series.low:
            ends = _finite(series.low), _finite(series.high)
            traces += span(_finite(series.x), ends, colour=colour)
        traces.append(_line(series, colour, is_cloud=spec.kind is ChartKind.POINTS))
    return framed(
        traces,
        height=_PLANE_PX,
        margin=dict(_MARGIN),
        dragmode="zoom",
        xaxis=axis(spec.x_label, is_fixed=False),
        yaxis=axis(spec.y_label, is_fixed=False),
        showlegend=n_named > 1,
    )


def _line(series: Series, colour: str, *, is_cloud: bool) -> dict[str, Any]:
    is_point = is_cloud or len(series.x) == 1
    mark = {"size": 5 if is_cloud else 11, "opacity": 0.55 if is_cloud else 1.0, "color": colour}
    return _scatter(series) | {
        "mode": "markers" if is_point else "lines",
        "line": {"color": colour, "width": 2},
        "marker": mark,
    }


def _guide(series: Series) -> dict[str, Any]:
    line = {"color": GUIDE, "width": 1.5, "dash": "dash"}
    return _scatter(series) | {"mode": "lines", "line": line, "showlegend": False}


def _scatter(series: Series) -> dict[str, Any]:
    name = inert(series.name)
    return {
        "type": "scatter",
        "name": name,
        "x": _finite(series.x),
        "y": _finite(series.y),
        "hovertemplate": f"{name}<br>%{{x:.4~g}}, %{{y:.4~g}}<extra></extra>",
    }


# ---------------------------------------------------------------------------------- bars
def _bars(spec: ChartSpec) -> Figure:
    traces = [
        _bar(series, spec.categories, SERIES[at % len(SERIES)])
        for at, series in enumerate(spec.series)
    ]
    height = _BAR_PX * len(spec.categories) * max(1, len(traces)) + _BAR_MARGIN_PX
    return framed(
        traces,
        height=height,
        margin=dict(_MARGIN),
        xaxis=axis(spec.y_label) | {"zeroline": True, "zerolinecolor": GUIDE},
        yaxis=names_down(spec.categories),
        showlegend=len(traces) > 1,
        bargap=0.35,
    )


def _bar(series: Series, categories: Sequence[str], colour: str) -> dict[str, Any]:
    said = [
        f"{inert(categories[int(at)])}: {number(value)}"
        for at, value in zip(series.x, series.y, strict=True)
    ]
    bar = {
        "type": "bar",
        "orientation": "h",
        "name": inert(series.name),
        "x": _finite(series.y),
        "y": _finite(series.x),
        "marker": {"color": softened(colour, _BAR_OPACITY), "line": {"color": colour, "width": 1}},
        "customdata": said,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    if series.low:
        ends = list(zip(series.y, series.low, series.high, strict=True))
        bar["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": _finite(high - value for value, _, high in ends),
            "arrayminus": _finite(value - low for value, low, _ in ends),
            "color": colour,
            "thickness": 2,
            "width": 4,
        }
    return bar


# -------------------------------------------------------------------------------- matrix
def _matrix(spec: ChartSpec) -> Figure:
    traces = [_cells(spec)]
    if len(spec.categories) <= _MAX_NUMBERED:
        traces.append(_cell_numbers(spec))
    return framed(
        traces,
        height=_MATRIX_PX,
        margin=dict(_MARGIN),
        xaxis=names_across(spec.categories, label=spec.x_label) | {"side": "top"},
        yaxis=names_down(spec.categories, label=spec.y_label),
    )


def _cells(spec: ChartSpec) -> dict[str, Any]:
    places = list(range(len(spec.categories)))
    said = [
        [
            f"{inert(series.name)} → {inert(name)}: {number(count)}"
            for name, count in zip(spec.categories, series.y, strict=True)
        ]
        for series in spec.series
    ]
    return {
        "type": "heatmap",
        "x": places,
        "y": places,
        "z": [_shares(series.y) for series in spec.series],
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0.0, _FAINTEST], [1.0, _FULLEST]],
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "customdata": said,
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _cell_numbers(spec: ChartSpec) -> dict[str, Any]:
    """Return the counts as text of their own, which is dark on every cell."""
    cells = [
        (across, down, count)
        for down, series in enumerate(spec.series)
        for across, count in enumerate(series.y)
    ]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [across for across, _, _ in cells],
        "y": [down for _, down, _ in cells],
        "text": [number(count) for _, _, count in cells],
        "textfont": {"size": 14, "color": _ON_CELLS},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _shares(counts: Sequence[float]) -> list[float]:
    total = sum(counts)
    return [count / total if total > 0 else 0.0 for count in counts]


def _finite(values: Iterable[float]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values]


_DRAWN: Mapping[ChartKind, Callable[[ChartSpec], Figure]] = MappingProxyType(
    {
        ChartKind.LINES: _plane,
        ChartKind.POINTS: _plane,
        ChartKind.BARS: _bars,
        ChartKind.MATRIX: _matrix,
    }
)
