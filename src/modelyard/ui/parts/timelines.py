"""Pictures of what happened over time, by the clock of whoever looks: bars and lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from modelyard.ui.parts.frames import Figure, Traces, axis, framed, inert, span
from modelyard.ui.parts.times import local
from modelyard.ui.theme.colours import SERIES

_HEIGHT_PX = 240
# More marks run into each other; fewer points may stand alone.
_MOST_MARKED = 40
_GOOD_GREY = "#9aa7b8"


def bars(
    ends: tuple[datetime, datetime],
    parts: Mapping[str, Mapping[datetime, float]],
    *,
    width: timedelta,
    is_share: bool = False,
    colours: Sequence[str] = SERIES,
) -> Figure:
    """Return bars that stand on each other, one stack for each step of time.

    Args:
        ends: of the time that is shown.
        parts: name to the height at the beginning of each step; nothing where nothing was.
        width: of a step.
        is_share: whether each stack is shown as a whole.
        colours: of the parts.
    """
    half = width / 2
    traces = [
        {
            "type": "bar",
            "name": inert(name),
            "x": [_moment(at + half) for at in heights],
            "y": list(heights.values()),
            "width": [0.85 * width / timedelta(milliseconds=1)] * len(heights),
            "marker": {"color": colours[at % len(colours)] if name != "others" else _GOOD_GREY},
            "hovertemplate": f"{inert(name)}: %{{y:,.4~g}}<br>%{{x}}<extra></extra>",
        }
        for at, (name, heights) in enumerate(parts.items())
    ]
    shares = {"barnorm": "percent"} if is_share else {}
    yaxis = axis() | (
        {"ticksuffix": " %", "range": [0, 100]} if is_share else {"rangemode": "tozero"}
    )
    return framed(
        traces,
        height=_HEIGHT_PX,
        barmode="stack",
        xaxis=_times(ends),
        yaxis=yaxis,
        showlegend=len(parts) > 1,
        **shares,
    )


def lines(
    ends: tuple[datetime, datetime],
    values: Mapping[str, Mapping[datetime, float | None]],
    *,
    band: tuple[Mapping[datetime, float], Mapping[datetime, float]] | None = None,
    unit: str = "",
    is_log: bool = False,
) -> Figure:
    """Return lines, with a mark at each step in which something was.

    Args:
        ends: of the time that is shown.
        values: name to the value of each step.
        band: lower and upper ends of a quiet band behind them.
        unit: of the values.
        is_log: whether equal factors have equal distances.
    """
    traces = [] if band is None else _between(*band)
    traces += [
        {
            "type": "scatter",
            "mode": "lines" if len(told) > _MOST_MARKED else "lines+markers",
            "name": inert(name),
            "x": [_moment(at) for at in told],
            "y": list(told.values()),
            "line": {"color": SERIES[at % len(SERIES)], "width": 2},
            "marker": {"size": 5},
            "hovertemplate": f"{inert(name)}: %{{y:,.4~g}} {inert(unit)}<br>%{{x}}<extra></extra>",
        }
        for at, (name, told) in enumerate(values.items())
    ]
    # Powers of ten, their doubles and their fives: within one of them there is a number to read.
    logarithmic = {"type": "log", "dtick": "D2", "tickformat": ",~g"}
    yaxis = axis(unit) | (logarithmic if is_log else {})
    return framed(
        traces,
        height=_HEIGHT_PX,
        xaxis=_times(ends),
        yaxis=yaxis,
        showlegend=len(values) > 1,
    )


def _between(low: Mapping[datetime, float], high: Mapping[datetime, float]) -> Traces:
    places = [_moment(at) for at in low]
    return span(places, (list(low.values()), list(high.values())), colour=SERIES[0])


def _times(ends: tuple[datetime, datetime]) -> dict[str, object]:
    return axis() | {"type": "date", "range": [_moment(end) for end in ends], "showgrid": False}


def _moment(at: datetime) -> str:
    return local(at).replace(tzinfo=None).isoformat()
