"""What every picture of the page has in common: frame, axes, guides, spans, and text made inert.

Charts that the platform specifies are drawn by `charts`; what a page has asked itself, by the page.
"""

import unicodedata
from collections.abc import Sequence
from html import escape
from typing import Any

from modelyard.kit.texts import shorten, visible

Figure = dict[str, Any]
Traces = list[dict[str, Any]]

GUIDE = "#768399"
_GRID, _NOWHERE = "rgba(130,144,165,0.22)", "rgba(0,0,0,0)"
_SPAN_OPACITY = 0.2
_NAME_EM, _AXIS_EM = 18.0, 45.0
# Of a title from the numbers beside it, which Streamlit moves towards it.
_STANDOFF_PX = 14


def framed(traces: Traces, *, height: int, **layout: Any) -> Figure:
    """Return a picture as Plotly takes it.

    Args:
        traces: that are seen in it.
        height: in pixels.
        layout: beside the usual one, or over it.
    """
    usual = {
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "paper_bgcolor": _NOWHERE,
        "plot_bgcolor": _NOWHERE,
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
        "legend": {
            "orientation": "h",
            "yanchor": "bottom",
            "y": 1.0,
            "x": 0,
            "title": "",
            "traceorder": "normal",
        },
    }
    return {"data": traces, "layout": usual | layout}


def axis(label: str = "", *, is_fixed: bool = True) -> dict[str, Any]:
    """Return an axis with quiet lines.

    Args:
        label: of what it tells.
        is_fixed: whether nobody moves it, by chance or else.
    """
    return {
        "title": _title(label),
        "automargin": True,
        "gridcolor": _GRID,
        "zeroline": False,
        "fixedrange": is_fixed,
        "separatethousands": True,
    }


def names_across(names: Sequence[str], *, label: str = "") -> dict[str, Any]:
    """Return an axis with a name at 0, 1, and so on, from left to right."""
    return {
        "title": _title(label),
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [inert(shorten(visible(name), _NAME_EM)) for name in names],
        "range": [-0.5, len(names) - 0.5],
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def names_down(names: Sequence[str], *, label: str = "") -> dict[str, Any]:
    """Return an axis with a name at 0, 1, and so on, from the top down."""
    return names_across(names, label=label) | {"range": [len(names) - 0.5, -0.5]}


def guide(**ends: Any) -> dict[str, Any]:
    """Return a dashed line between two ends, `x0`, `x1`, `y0` and `y1`."""
    return {"type": "line", "line": {"color": GUIDE, "width": 2, "dash": "dash"}, **ends}


def span(
    places: Sequence[Any],
    ends: tuple[Sequence[float | None], Sequence[float | None]],
    *,
    colour: str,
) -> Traces:
    """Return what lies between two lines, quietly filled, for whatever stands before it."""
    edge = {
        "type": "scatter",
        "mode": "lines",
        "x": list(places),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    filled = {"fill": "tonexty", "fillcolor": softened(colour, _SPAN_OPACITY)}
    low, high = (list(end) for end in ends)
    return [edge | {"y": low}, edge | {"y": high} | filled]


def softened(colour: str, opacity: float) -> str:
    """Return a colour that the ground is seen through.

    >>> softened("#2b86c5", 0.2)
    'rgba(43,134,197,0.2)'
    """
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def inert(text: str) -> str:
    """Return text from data as Plotly shows it: no tag, no template, no formula, no turned order.

    >>> inert("<b>%{x}</b>")
    '&lt;b&gt;%&#123;x}&lt;/b&gt;'
    """
    safe = escape(visible(text), quote=False).replace("{", "&#123;").replace("$", "&#36;")
    turns = any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)
    return f"\u2068{safe}\u2069" if turns else safe


def draw(figure: Figure, *, key: str, about: str) -> None:
    """Put a picture on the page.

    Args:
        figure: as Plotly takes it.
        key: no other picture of the page has it.
        about: what is seen in it, for those who do not see it.
    """
    import streamlit as st

    st.plotly_chart(
        figure, key=key, config={"displayModeBar": False, "responsive": True}, alt=visible(about)
    )


def _title(label: str) -> dict[str, Any]:
    return {"text": inert(shorten(visible(label), _AXIS_EM)), "standoff": _STANDOFF_PX}
