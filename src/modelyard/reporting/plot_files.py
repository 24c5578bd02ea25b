"""Charts as files of their own: each an SVG with title, legend and colours in it."""

import re
from functools import cache
from html import escape
from importlib.resources import files

from modelyard.domain.charts import ChartSpec
from modelyard.kit.texts import shorten, visible, width_em
from modelyard.reporting.plots import HEIGHT, WIDTH, draw_chart, legend
from modelyard.reporting.svg import element, text

_MARGIN, _TITLE_ROOM, _LEGEND_ROW = 16.0, 34.0, 18.0
_FONT = 12.0
# The page's own colours on white (Okabe and Ito, "Color Universal Design", 2008).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#b5578f", "#b8860b", "#3a3f8f")
_FONTS = "system-ui,'Segoe UI',Roboto,'Helvetica Neue','DejaVu Sans',sans-serif"
_VIEW = re.compile(r'viewBox="0 0 [\d.]+ ([\d.]+)"')


def plot_svg(spec: ChartSpec) -> str:
    """Return a chart as the content of an SVG file that any program shows alike."""
    drawn = draw_chart(spec)
    found = _VIEW.search(drawn)
    height = float(found.group(1)) if found else HEIGHT
    names = _legend(spec, top=_TITLE_ROOM + height + _MARGIN)
    n_rows = len(names)
    whole = _TITLE_ROOM + height + _MARGIN + n_rows * _LEGEND_ROW
    width = WIDTH + 2 * _MARGIN
    heading = shorten(visible(spec.title), WIDTH / 15)
    return element(
        "svg",
        element("title", escape(visible(spec.title))),
        element("desc", escape(visible(spec.caption))),
        element("style", _style()),
        element("rect", width=width, height=whole, fill="#fff"),
        text(heading, x=_MARGIN, y=22.0, class_="title"),
        _placed(drawn, height),
        *names,
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=whole,
        viewBox=f"0 0 {width:g} {whole:g}",
        role="img",
    )


@cache
def _style() -> str:
    """Return the page's own rules for drawings, in its light colours, without variables.

    Programs other than browsers know no variables of CSS.
    """
    page = files("modelyard.reporting").joinpath("report.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): ([^;]+);", page[: page.index("@media")]))
    rules = re.findall(r"(?:^|(?<=\} ))svg (?:\.|text)[^{]*\{[^}]*\}", page, re.MULTILINE)
    keys = [f".key.c{at} {{ fill: {colour}; }}" for at, colour in enumerate(COLOURS)]
    own = [f"text {{ font-family: {_FONTS}; font-size: 12px; }}", ".title { font-size: 15px; }"]
    return re.sub(
        r"var\(--([\w-]+)\)", lambda found: colours[found.group(1)], " ".join([*own, *rules, *keys])
    )


def _placed(drawn: str, height: float) -> str:
    place = f'<svg x="{_MARGIN:g}" y="{_TITLE_ROOM:g}" width="{WIDTH:g}" height="{height:g}"'
    return drawn.replace("<svg", place, 1)


def _legend(spec: ChartSpec, *, top: float) -> list[str]:
    """Return the names of the series, each in its colour, as many in a row as there is room."""
    drawn: list[str] = []
    row, left = 0, _MARGIN
    rows: list[list[str]] = [[]]
    for name, colour in legend(spec):
        shown = shorten(visible(name), WIDTH / _FONT - 3)
        room = width_em(shown) * _FONT + 32
        if left > _MARGIN and left + room > WIDTH + _MARGIN:
            row, left = row + 1, _MARGIN
            rows.append([])
        y = top + row * _LEGEND_ROW
        key = element("rect", class_=f"key {colour}", x=left, y=y - 6, width=14.0, height=3.0)
        rows[row] += [key, text(shown, x=left + 20, y=y, class_="name")]
        left += room
    drawn += [element("g", *each) for each in rows if each]
    return drawn
