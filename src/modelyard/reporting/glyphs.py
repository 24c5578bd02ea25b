"""Pictures as small as a word: a column's histogram, an interval beside its baseline."""

import math

from modelyard.reporting.axes import Axis
from modelyard.reporting.svg import element, picture

_WIDTH, _HEIGHT = 120.0, 26.0


def draw_histogram(counts: tuple[int, ...]) -> str:
    """Return counts as bars, the largest as high as the glyph; nothing for no counts."""
    if not counts or max(counts) <= 0:
        return ""
    width = _WIDTH / len(counts)
    bars = []
    for at, count in enumerate(counts):
        # A bin that holds anything at all must be seen.
        height = max(1.0, (_HEIGHT - 2) * count / max(counts)) if count else 0.0
        bars.append(
            element(
                "rect",
                x=at * width + 0.3,
                y=_HEIGHT - height,
                width=max(width - 0.6, 0.4),
                height=height,
            )
        )
    return picture(*bars, width=_WIDTH, height=_HEIGHT, label="histogram", class_="histogram")


def draw_interval(low: float, value: float, *, high: float, baseline: float) -> str:
    """Return an interval as a line with its value as a dot and the baseline as a mark."""
    known = [each for each in (low, value, high, baseline) if math.isfinite(each)]
    if not math.isfinite(value):
        return ""
    span = max(known) - min(known) or 1.0
    x = Axis(min(known) - span * 0.06, max(known) + span * 0.06, 2.0, _WIDTH - 2)
    middle = _HEIGHT / 2
    drawn = [element("line", class_="track", x1=2.0, x2=_WIDTH - 2, y1=middle, y2=middle)]
    if math.isfinite(baseline):
        at = x.at(baseline)
        drawn.append(element("line", class_="mark", x1=at, x2=at, y1=5.0, y2=_HEIGHT - 5))
    if math.isfinite(low) and math.isfinite(high):
        ends = {"x1": x.at(low), "x2": x.at(high), "y1": middle, "y2": middle}
        drawn.append(element("line", class_="range", **ends))
    drawn.append(element("circle", cx=x.at(value), cy=middle, r=3.5))
    return picture(*drawn, width=_WIDTH, height=_HEIGHT, label="interval", class_="interval")
