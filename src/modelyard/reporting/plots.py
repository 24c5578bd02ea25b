"""Draws a chart specification as SVG; colours are the page's, by class."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor, isfinite, log10

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.kit.numerals import number
from modelyard.kit.texts import shorten, visible, width_em
from modelyard.reporting.axes import Axis
from modelyard.reporting.svg import element, picture, text, title

WIDTH, HEIGHT = 460.0, 330.0
N_COLOURS = 6
_RIGHT, _TOP, _BOTTOM = 16.0, 12.0, 48.0
_FONT = 12.0
_BAR_ROW = 24.0
_BAR_TOP = 26.0
_BAR_LABEL = 222.0
_BAR_VALUE = 58.0
_CELL_MAX = 120.0
# How much of its colour a cell takes, for no share and for all: letters on it keep the contrast of
# 4.5 that WCAG 2.2 asks for, light or dark.
_FAINTEST, _FULLEST = 0.05, 0.6
# More classes than this leave no room for a number in a cell.
_MAX_NUMBERED = 12


def draw_chart(spec: ChartSpec) -> str:
    """Return the chart as one `<svg>` element without legend and caption."""
    draw = {
        ChartKind.LINES: _draw_plane,
        ChartKind.POINTS: _draw_plane,
        ChartKind.BARS: _draw_bars,
        ChartKind.MATRIX: _draw_matrix,
    }
    return draw[spec.kind](spec)


def legend(spec: ChartSpec) -> tuple[tuple[str, str], ...]:
    """Return name and colour class of each series, where there are several to tell apart."""
    named = [series for series in spec.series if not series.is_reference]
    if spec.kind is not ChartKind.LINES or len(named) < 2:
        return ()
    return tuple((series.name, f"c{at % N_COLOURS}") for at, series in enumerate(named))


# ------------------------------------------------------------------------- lines and points
def _draw_plane(spec: ChartSpec) -> str:
    heights = [value for name in ("y", "low", "high") for value in _all(spec.series, name)]
    y = Axis.over(heights, start=HEIGHT - _BOTTOM, end=_TOP)
    left = 30 + max(width_em(y.label(tick)) for tick in y.ticks) * _FONT
    x = Axis.over(_all(spec.series, "x"), start=left, end=WIDTH - _RIGHT)
    # Half of the last label stands beyond the end of the axis.
    beyond = width_em(x.label(x.ticks[-1])) * _FONT / 2
    x = replace(x, end=WIDTH - max(_RIGHT, beyond))
    mark = _line if spec.kind is ChartKind.LINES else _points
    colour = 0
    marks = []
    for series in spec.series:
        if series.is_reference:
            marks.append(_line(series, x, y, "guide"))
        else:
            marks.append(mark(series, x, y, f"c{colour % N_COLOURS}"))
            colour += 1
    return picture(
        *_grid(x, y),
        *_names(spec, x, y),
        *marks,
        width=WIDTH,
        height=HEIGHT,
        label=f"{spec.title}. {spec.caption}",
        class_="chart",
    )


def _all(series: Sequence[Series], name: str) -> list[float]:
    return [value for each in series for value in getattr(each, name)]


def _grid(x: Axis, y: Axis) -> list[str]:
    drawn = []
    labels = [x.label(tick) for tick in x.ticks]
    room = (x.end - x.start) / (len(labels) - 1)
    every = ceil((max(map(width_em, labels)) + 0.5) * _FONT / room)
    for place, tick in enumerate(x.ticks):
        at = x.at(tick)
        drawn.append(element("line", class_="grid", x1=at, x2=at, y1=y.start, y2=y.end))
        if place % every == 0:
            drawn.append(
                text(labels[place], x=at, y=y.start + 16, class_="tick", text_anchor="middle")
            )
    for tick in y.ticks:
        at = y.at(tick)
        drawn.append(element("line", class_="grid", x1=x.start, x2=x.end, y1=at, y2=at))
        drawn.append(text(y.label(tick), x=x.start - 6, y=at + 4, class_="tick", text_anchor="end"))
    return drawn


def _names(spec: ChartSpec, x: Axis, y: Axis) -> list[str]:
    middle, height = (x.start + x.end) / 2, (y.start + y.end) / 2
    x_label = shorten(visible(spec.x_label), (x.end - x.start) / _FONT)
    y_label = shorten(visible(spec.y_label), (y.start - y.end) / _FONT)
    return [
        text(x_label, x=middle, y=HEIGHT - 10, class_="axis", text_anchor="middle"),
        text(
            y_label,
            x=0.0,
            y=0.0,
            class_="axis",
            text_anchor="middle",
            transform=f"translate(12 {height:g}) rotate(-90)",
        ),
    ]


def _line(series: Series, x: Axis, y: Axis, colour: str) -> str:
    if len(series.x) == 1:
        at = {"cx": f"{x.at(series.x[0]):.1f}", "cy": f"{y.at(series.y[0]):.1f}"}
        return element("circle", title(series.name), class_=f"point {colour}", r="5", **at)
    places = zip(series.x, series.y, strict=True)
    points = " ".join(f"{x.at(across):.1f},{y.at(up):.1f}" for across, up in places)
    line = element("polyline", title(series.name), class_=f"line {colour}", points=points)
    return _band(series, x, y, colour) + line if series.low else line


def _band(series: Series, x: Axis, y: Axis, colour: str) -> str:
    there = list(zip(series.x, series.low, strict=True))
    back = list(zip(series.x, series.high, strict=True))[::-1]
    points = " ".join(f"{x.at(across):.1f},{y.at(up):.1f}" for across, up in there + back)
    return element("polyline", class_=f"band {colour}", points=points)


def _points(series: Series, x: Axis, y: Axis, colour: str) -> str:
    places = zip(series.x, series.y, strict=True)
    dots = [
        f'<circle cx="{x.at(across):.1f}" cy="{y.at(up):.1f}" r="2.4"/>' for across, up in places
    ]
    return element("g", *dots, class_=f"dots {colour}")


# ---------------------------------------------------------------------------------- bars
def _draw_bars(spec: ChartSpec) -> str:
    bars = spec.series[0]
    height = _BAR_TOP + _BAR_ROW * len(bars.y) + 4
    ends = (*bars.y, *bars.low, *bars.high, 0.0)
    low, high = min(ends), max(ends)
    widest = max(width_em(visible(name)) for name in spec.categories) * _FONT + 10
    start = min(widest, _BAR_LABEL)
    x = Axis(low, high if high > low else low + 1, start, WIDTH - _BAR_VALUE)
    decimals = _bar_decimals(bars.y)
    drawn = [_bar(spec, at, x, decimals) for at in range(len(bars.y))]
    zero = x.at(0.0)
    drawn.append(element("line", class_="base", x1=zero, x2=zero, y1=_BAR_TOP - 4, y2=height))
    label = shorten(visible(spec.y_label), WIDTH / _FONT)
    drawn.append(text(label, x=WIDTH, y=12.0, class_="axis", text_anchor="end"))
    return picture(
        *drawn,
        width=WIDTH,
        height=height,
        label=f"{spec.title}. {spec.caption}",
        class_="chart",
    )


def _bar_decimals(values: Sequence[float]) -> int:
    """Return decimals that suit all bars: four digits of the longest, three below one."""
    longest = max((abs(value) for value in values if isfinite(value)), default=0.0)
    return max(0, min(3, 3 - floor(log10(longest)))) if longest > 0 else 0


def _bar(spec: ChartSpec, at: int, x: Axis, decimals: int) -> str:
    bars = spec.series[0]
    name, value = visible(spec.categories[at]), bars.y[at]
    middle = _BAR_TOP + _BAR_ROW * (at + 0.5)
    ends = sorted((x.at(0.0), x.at(value)))
    drawn = [
        title(f"{name}: {number(value)}"),
        text(
            shorten(name, (_BAR_LABEL - 10) / _FONT),
            x=x.start - 8,
            y=middle + 4,
            class_="name",
            text_anchor="end",
        ),
        element(
            "rect",
            class_="bar",
            x=ends[0],
            y=middle - 7,
            width=ends[1] - ends[0],
            height=14.0,
            rx=2,
        ),
    ]
    if bars.low:
        low, high = x.at(bars.low[at]), x.at(bars.high[at])
        drawn.append(element("line", class_="whisker", x1=low, x2=high, y1=middle, y2=middle))
    drawn.append(
        text(number(value, decimals), x=WIDTH, y=middle + 4, class_="tick", text_anchor="end")
    )
    return element("g", *drawn)


# -------------------------------------------------------------------------------- matrix
def _draw_matrix(spec: ChartSpec) -> str:
    n = len(spec.categories)
    names = [visible(name) for name in spec.categories]
    widest = max(width_em(name) for name in names) * _FONT + 10
    left = 24 + min(widest, 110.0)
    cell = min(_CELL_MAX, (WIDTH - left - 2) / n)
    is_upright = widest > cell
    top = 22 + (min(widest, 90.0) if is_upright else 16.0)
    size = cell * n
    drawn = [
        text(spec.x_label, x=left + size / 2, y=12, class_="axis", text_anchor="middle"),
        text(
            spec.y_label,
            x=0.0,
            y=0.0,
            class_="axis",
            text_anchor="middle",
            transform=f"translate(12 {top + size / 2:g}) rotate(-90)",
        ),
    ]
    font = min(_FONT, max(6.0, cell * 0.8))
    for at, name in enumerate(names):
        middle = cell * (at + 0.5)
        drawn.append(_row_name(name, left - 6, top + middle, font))
        drawn.append(_column_name(name, left + middle, top - 6, font=font, is_upright=is_upright))
        drawn.append(_matrix_row(spec, at, left=left, top=top, cell=cell))
    return picture(
        *drawn,
        width=WIDTH,
        height=top + size + 4,
        label=f"{spec.title}. {spec.caption}",
        class_="chart",
    )


def _row_name(name: str, x: float, y: float, font: float) -> str:
    shown = shorten(name, 104 / font)
    return text(shown, x=x, y=y + font / 3, class_="name", text_anchor="end", font_size=font)


def _column_name(name: str, x: float, y: float, *, font: float, is_upright: bool) -> str:
    if not is_upright:
        return text(name, x=x, y=y, class_="name", text_anchor="middle", font_size=font)
    turn = f"translate({x + font / 3:.1f} {y:.1f}) rotate(-90)"
    shown = shorten(name, 84 / font)
    return text(shown, x=0.0, y=0.0, class_="name", font_size=font, transform=turn)


def _matrix_row(spec: ChartSpec, row: int, *, left: float, top: float, cell: float) -> str:
    series = spec.series[row]
    total = sum(series.y)
    drawn = []
    for column, count in enumerate(series.y):
        share = count / total if total > 0 else 0.0
        x, y = left + cell * column, top + cell * row
        said = f"{series.name} → {spec.categories[column]}: {number(count)}"
        drawn.append(
            element(
                "rect",
                title(said),
                class_="cell",
                x=x + 0.75,
                y=y + 0.75,
                width=cell - 1.5,
                height=cell - 1.5,
                fill_opacity=round(_FAINTEST + (_FULLEST - _FAINTEST) * share, 3),
                rx=2,
            )
        )
        if len(series.y) <= _MAX_NUMBERED:
            drawn.append(_cell_number(count, x + cell / 2, y + cell / 2, cell))
    return element("g", *drawn)


def _cell_number(count: float, x: float, y: float, cell: float) -> str:
    said = number(count)
    font = min(15.0, (cell - 6) / max(width_em(said), 1.2))
    return text(said, x=x, y=y + font / 3, class_="count", text_anchor="middle", font_size=font)
