"""What pictures of pages have in common: frame, axes, guides, and how they come onto the page.

Charts that the platform specifies are drawn by `charts`; these are of what a page has asked itself.
"""

from typing import Any

from modelyard.kit.texts import visible
from modelyard.ui.parts.charts import GUIDE, inert

Figure = dict[str, Any]
Traces = list[dict[str, Any]]

GRID = "rgba(130,144,165,0.22)"


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
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "dragmode": False,
        "showlegend": False,
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
    }
    return {"data": traces, "layout": usual | layout}


def axis(label: str = "") -> dict[str, Any]:
    """Return an axis with quiet lines that nobody moves by chance."""
    return {
        "title": {"text": inert(label)},
        "automargin": True,
        "gridcolor": GRID,
        "zeroline": False,
        "fixedrange": True,
        "separatethousands": True,
    }


def guide(**ends: Any) -> dict[str, Any]:
    """Return a dashed line between two ends, `x0`, `x1`, `y0` and `y1`."""
    return {"type": "line", "line": {"color": GUIDE, "width": 2, "dash": "dash"}, **ends}


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
