"""Charts as PNG, for documents that take no SVG; drawn by matplotlib, without a screen."""

import io
from typing import Any

import numpy as np

from modelyard.domain.charts import ChartKind, ChartSpec
from modelyard.kit.numerals import number
from modelyard.kit.texts import shorten, visible
from modelyard.protocols.extras import import_extra
from modelyard.reporting.plot_files import COLOURS

_INCHES, _DOTS_PER_INCH = (6.4, 4.6), 150
_LABEL_EM = 16.0
# More classes than this leave no room for a number in a cell.
_MAX_NUMBERED = 12


def plot_png(spec: ChartSpec) -> bytes:
    """Return a chart as the content of a PNG file.

    Raises:
        MissingExtra: if matplotlib is not installed.
    """
    figure = import_extra("matplotlib.figure", extra="plots").Figure(
        figsize=_INCHES, dpi=_DOTS_PER_INCH, layout="constrained"
    )
    axes = figure.add_subplot()
    draw = {
        ChartKind.LINES: _plane,
        ChartKind.POINTS: _plane,
        ChartKind.BARS: _bars,
        ChartKind.MATRIX: _matrix,
    }
    draw[spec.kind](spec, axes)
    axes.set_title(_plain(spec.title), loc="left")
    written = io.BytesIO()
    # Without the date and the version of the library, so that the same chart is the same file.
    figure.savefig(written, format="png", metadata={"Software": None})
    return written.getvalue()


def _plane(spec: ChartSpec, axes: Any) -> None:
    colour = 0
    for series in spec.series:
        if series.is_reference:
            axes.plot(series.x, series.y, color="#5a6577", linestyle="--", linewidth=1)
            continue
        shown = COLOURS[colour % len(COLOURS)]
        if spec.kind is ChartKind.LINES:
            marker = "o" if len(series.x) == 1 else None
            axes.plot(
                series.x,
                series.y,
                color=shown,
                linewidth=2,
                marker=marker,
                label=_plain(series.name),
            )
            if series.low:
                axes.fill_between(series.x, series.low, series.high, color=shown, alpha=0.14)
        else:
            axes.scatter(series.x, series.y, color=shown, alpha=0.4, s=12)
        colour += 1
    if spec.kind is ChartKind.LINES and colour > 1:
        axes.legend(frameon=False, fontsize="small")
    axes.grid(color="#dfe4ec")
    axes.set_xlabel(_plain(spec.x_label))
    axes.set_ylabel(_plain(spec.y_label))


def _bars(spec: ChartSpec, axes: Any) -> None:
    bars = spec.series[0]
    places = np.arange(len(bars.y))
    axes.barh(places, bars.y, color=COLOURS[0], height=0.6)
    if bars.low:
        axes.hlines(places, bars.low, bars.high, color="#1b2330", linewidth=1.5)
    axes.set_yticks(places, [_plain(name) for name in spec.categories])
    axes.invert_yaxis()
    axes.set_xlabel(_plain(spec.y_label))


def _matrix(spec: ChartSpec, axes: Any) -> None:
    counts = np.array([series.y for series in spec.series], dtype=np.float64)
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shares = counts / totals
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    names = [_plain(name) for name in spec.categories]
    places = np.arange(len(names))
    axes.set_xticks(places, names, rotation=0 if len(names) < 5 else 90)
    axes.set_yticks(places, names)
    axes.set_xlabel(_plain(spec.x_label))
    axes.set_ylabel(_plain(spec.y_label))
    if len(names) > _MAX_NUMBERED:
        return
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, number(count), ha="center", va="center", color=colour)


def _plain(text: str) -> str:
    """Return a text that matplotlib sets as it is: a dollar would begin a formula."""
    return shorten(visible(text), _LABEL_EM * 3).replace("$", r"\$")
