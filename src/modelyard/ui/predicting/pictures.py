"""Pictures of answers: probabilities, an interval, reasons, and how an answer moves."""

from collections.abc import Mapping, Sequence
from typing import Any

from modelyard.kit.numerals import number
from modelyard.ui.parts.frames import GUIDE, Figure, axis, framed, guide, inert, names_down, span
from modelyard.ui.theme.colours import SERIES

# As many labels as are read; the others are summed up in one bar.
_MOST_LABELS = 12
_BAR_PX, _FRAME_PX, _PLANE_PX = 30, 56, 320
_OTHERS = "all others"
_FOR, _AGAINST = SERIES[0], SERIES[1]


def probabilities(chances: Mapping[str, float], *, threshold: float | None) -> Figure:
    """Return the probability of every label, the highest first.

    Args:
        chances: label to probability, in the order of the labels.
        threshold: share that the second of two labels needs; None where the highest one wins.
    """
    told = sorted(chances.items(), key=lambda each: -each[1])
    shown, rest = told[:_MOST_LABELS], told[_MOST_LABELS:]
    if rest:
        shown.append((f"{_OTHERS} ({len(rest)})", sum(share for _, share in rest)))
    names = [name for name, _ in shown]
    figure = _bars(names, [share for _, share in shown], words=[_percent(s) for _, s in shown])
    figure["layout"]["xaxis"] |= {"range": [0, 1.12], "tickformat": ".0%", "tickvals": [0, 0.5, 1]}
    if threshold is not None and len(chances) == 2:
        second = list(chances)[1]
        place = names.index(second)
        mark = guide(x0=threshold, x1=threshold, y0=place - 0.5, y1=place + 0.5)
        figure["layout"]["shapes"] = [mark]
    return figure


def interval(value: float, *, low: float, high: float) -> Figure:
    """Return a predicted number within its interval."""
    room = max(high - low, abs(value) * 1e-3, 1e-9)
    span = {
        "type": "scatter",
        "mode": "lines",
        "x": [low, high],
        "y": [0, 0],
        "line": {"color": SERIES[0], "width": 10},
        "opacity": 0.35,
        "hoverinfo": "skip",
    }
    dot = {
        "type": "scatter",
        "mode": "markers",
        "x": [value],
        "y": [0],
        "marker": {"color": SERIES[0], "size": 16},
        "hovertemplate": "%{x:,.6~g}<extra></extra>",
    }
    ends = [low - 0.15 * room, high + 0.15 * room]
    hidden = {"visible": False, "range": [-1, 1], "fixedrange": True}
    line = axis() | {"range": ends, "tickvals": [low, value, high], "tickangle": 0}
    line["ticktext"] = [number(each) for each in (low, value, high)]
    return framed([span, dot], height=96, xaxis=line, yaxis=hidden)


def reasons(names: Sequence[str], amounts: Sequence[float]) -> Figure:
    """Return what each column moved the answer by, in the order that is given."""
    words = [f"{'+' if amount > 0 else ''}{number(amount, None)}" for amount in amounts]
    colours = [_FOR if amount >= 0 else _AGAINST for amount in amounts]
    figure = _bars(names, amounts, words=words, colours=colours)
    ends = [min([0.0, *amounts]), max([0.0, *amounts])]
    room = 0.35 * ((ends[1] - ends[0]) or 1.0)
    figure["layout"]["xaxis"] |= {
        "range": [ends[0] - (room if ends[0] < 0 else 0), ends[1] + (room if ends[1] > 0 else 0)],
        "showticklabels": False,
        "showgrid": False,
        "zeroline": True,
        "zerolinecolor": GUIDE,
    }
    return figure


def curve(
    places: Sequence[Any],
    lines: Mapping[str, Sequence[float | None]],
    *,
    today: Any,
    ends: tuple[Sequence[float | None], Sequence[float | None]] | None = None,
    is_share: bool = False,
) -> Figure:
    """Return how an answer moves with one column.

    Args:
        places: values of the column, numbers or times in ISO 8601.
        lines: name to the answer at each place.
        today: value of the row now, marked; None marks none.
        ends: of the interval at each place.
        is_share: whether answers are shares of one.
    """
    traces = [] if ends is None else span(places, ends, colour=SERIES[0])
    for at, (name, values) in enumerate(lines.items()):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": inert(name),
                "x": list(places),
                "y": list(values),
                "line": {"color": SERIES[at % len(SERIES)], "width": 2.5},
                "hovertemplate": f"{inert(name)}<br>%{{x}}: %{{y:.4~g}}<extra></extra>",
            }
        )
    yaxis = axis() | ({"range": [0, 1.02], "tickformat": ".0%"} if is_share else {})
    layout: dict[str, Any] = {"xaxis": axis(), "yaxis": yaxis, "showlegend": len(lines) > 1}
    if today is not None:
        layout["shapes"] = [guide(x0=today, x1=today, y0=0, y1=1) | {"yref": "paper"}]
    return framed(traces, height=_PLANE_PX, **layout)


def choices(names: Sequence[str], values: Sequence[float], *, words: Sequence[str]) -> Figure:
    """Return the answer for each category of a column."""
    figure = _bars(names, values, words=words)
    ends = [min([0.0, *values]), max([0.0, *values])]
    figure["layout"]["xaxis"] |= {"range": [ends[0] * 1.2, ends[1] * 1.2 or 1.0]}
    return figure


def _bars(
    names: Sequence[str],
    values: Sequence[float],
    *,
    words: Sequence[str],
    colours: Sequence[str] | None = None,
) -> Figure:
    """Return bars that lie, each with its number behind it."""
    said = [f"{inert(name)}: {word}" for name, word in zip(names, words, strict=True)]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(len(names))),
        "text": list(words),
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": list(colours or [SERIES[0]] * len(names))},
        "customdata": said,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    height = _BAR_PX * len(names) + _FRAME_PX
    return framed([bars], height=height, xaxis=axis(), yaxis=names_down(names), bargap=0.4)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
