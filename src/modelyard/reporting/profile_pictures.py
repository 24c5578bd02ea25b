"""Pictures of a profiled table: a column's values, what goes together, what is missing together."""

from modelyard.domain.columns import ColumnKind
from modelyard.domain.profiles import ColumnProfile, MissingPattern, Relations
from modelyard.kit.numerals import count, number, share
from modelyard.kit.texts import shorten
from modelyard.reporting.svg import element, picture, text, title

_WIDTH, _HEIGHT = 280.0, 84.0
_ROW, _N_BARS = 18.0, 6
_BAR_LEFT, _BAR_WIDTH = 112.0, 112.0
# Cells of the heat map: as wide as the page allows, and no wider than reads well.
_MAP_WIDTH, _MAX_CELL, _NAMES_LEFT, _NAMES_TOP = 960.0, 44.0, 150.0, 120.0
_FONT = 12.0
_GAP_ROW, _GAP_LEFT, _GAP_BAR = 16.0, 150.0, 220.0


def draw_values(column: ColumnProfile, n_rows: int) -> str:
    """Return a column's histogram, or bars of its most frequent values; nothing for neither."""
    top = column.top_words or column.top_values
    is_few = column.kind is ColumnKind.INTEGER and 0 < column.n_unique <= _N_BARS
    if is_few:
        top = tuple(sorted(top, key=lambda pair: int(pair[0])))
    elif column.histogram_counts and column.kind is not ColumnKind.BOOLEAN:
        return _draw_histogram(column)
    return _draw_top(top[:_N_BARS], n_rows) if top else ""


def _draw_histogram(column: ColumnProfile) -> str:
    counts, edges = column.histogram_counts, column.histogram_edges
    most, width = max(counts), _WIDTH / len(counts)
    drawn = [element("line", class_="base", x1=0.0, x2=_WIDTH, y1=_HEIGHT, y2=_HEIGHT)]
    for at, n in enumerate(counts):
        height = max(1.0, (_HEIGHT - 4) * n / most) if n else 0.0
        span = (
            ""
            if column.kind is ColumnKind.DATETIME
            else f"{number(edges[at])} to {number(edges[at + 1])}: "
        )
        bar = {"x": at * width + 0.5, "y": _HEIGHT - height, "height": height}
        drawn.append(
            element(
                "rect", title(f"{span}{count(n)}"), class_="bar", width=max(width - 1, 0.5), **bar
            )
        )
    return picture(
        *drawn,
        width=_WIDTH,
        height=_HEIGHT + 1,
        label=f"Histogram of {column.name}",
        class_="chart",
    )


def _draw_top(top: tuple[tuple[str, int], ...], n_rows: int) -> str:
    most = max(n for _, n in top)
    drawn = []
    for at, (value, n) in enumerate(top):
        y = at * _ROW
        drawn += [
            text(shorten(value, _BAR_LEFT / _FONT - 1), x=0.0, y=y + 13, class_="tick"),
            element(
                "rect",
                title(f"{value}: {count(n)}"),
                class_="bar",
                x=_BAR_LEFT,
                y=y + 3,
                width=max(1.0, _BAR_WIDTH * n / most),
                height=_ROW - 6,
            ),
            text(share(n, n_rows), x=_WIDTH, y=y + 13, class_="tick", text_anchor="end"),
        ]
    height = len(top) * _ROW
    return picture(
        *drawn, width=_WIDTH, height=height, label="Most frequent values", class_="chart"
    )


def draw_heat_map(relations: Relations) -> str:
    """Return how far columns go together, a cell a pair; nothing for fewer than two columns."""
    names = relations.columns
    if len(names) < 2:
        return ""
    cell = min(_MAX_CELL, (_MAP_WIDTH - _NAMES_LEFT) / len(names))
    places = {name: at for at, name in enumerate(names)}
    font = min(_FONT, cell * 0.8)
    drawn = []
    for name, at in places.items():
        middle = at * cell + cell / 2
        short = shorten(name, (_NAMES_LEFT - 8) / font)
        drawn.append(
            text(
                short,
                x=_NAMES_LEFT - 6,
                y=_NAMES_TOP + middle + font / 3,
                class_="tick",
                text_anchor="end",
                font_size=font,
            )
        )
        x = _NAMES_LEFT + middle + font / 3
        short = shorten(name, (_NAMES_TOP - 8) / font)
        drawn.append(
            text(
                short,
                x=x,
                y=_NAMES_TOP - 6,
                class_="tick",
                font_size=font,
                transform=f"rotate(-90 {x:.1f} {_NAMES_TOP - 6:.1f})",
            )
        )
    for pair in relations.associations:
        row, column = places[pair.second], places[pair.first]
        said = f"{pair.first} and {pair.second}: {pair.strength:.2f}"
        for left, top in ((column, row), (row, column)):
            drawn += _map_cell(pair.strength, (left * cell, top * cell), cell, said)
    width = _NAMES_LEFT + cell * len(names)
    drawing = picture(
        *drawn,
        width=width,
        height=_NAMES_TOP + cell * len(names),
        label="How far columns go together",
        class_="chart map",
    )
    # As large as its cells: few columns make a small map, and many scroll on a phone.
    return drawing.replace("<svg ", f'<svg style="width:{width:.0f}px" ', 1)


def _map_cell(strength: float, place: tuple[float, float], cell: float, said: str) -> list[str]:
    x, y = _NAMES_LEFT + place[0], _NAMES_TOP + place[1]
    drawn = [
        element(
            "rect",
            title(said),
            class_="dots c0" if strength >= 0 else "dots c1",
            style=f"fill-opacity:{abs(strength):.2f}",
            x=x + 0.5,
            y=y + 0.5,
            width=cell - 1,
            height=cell - 1,
        )
    ]
    if cell >= 30 and abs(strength) >= 0.1:
        shade = "count full" if abs(strength) > 0.65 else "count"
        figure = f"{strength:.2f}".replace("0.", ".").replace("-", "−")
        drawn.append(
            text(
                figure,
                x=x + cell / 2,
                y=y + cell / 2 + 4,
                class_=shade,
                text_anchor="middle",
                font_size=11,
            )
        )
    return drawn


def draw_patterns(patterns: tuple[MissingPattern, ...], n_rows: int) -> str:
    """Return which columns are missing together, a row a pattern; nothing where none is missing."""
    names = tuple(dict.fromkeys(name for pattern in patterns for name in pattern.columns))[:40]
    if not names:
        return ""
    cell = min(28.0, (_MAP_WIDTH - _GAP_BAR - 60) / len(names))
    drawn = _upright_names(names, cell)
    left = cell * len(names) + 12
    for row, pattern in enumerate(patterns):
        y = _NAMES_TOP + row * _GAP_ROW
        gaps = set(pattern.columns)
        for at, name in enumerate(names):
            kind = "bar" if name in gaps else "hollow"
            place = {"x": at * cell + 1, "y": y + 1, "width": cell - 2, "height": _GAP_ROW - 2}
            drawn.append(element("rect", class_=kind, **place))
        width = max(1.0, (_GAP_BAR - 100) * pattern.n_rows / max(n_rows, 1))
        drawn.append(
            element(
                "rect", class_="bar quiet-bar", x=left, y=y + 3, width=width, height=_GAP_ROW - 6
            )
        )
        drawn.append(
            text(
                f"{count(pattern.n_rows)} rows ({share(pattern.n_rows, n_rows)})",
                x=left + width + 6,
                y=y + 12,
                class_="tick",
            )
        )
    width = left + _GAP_BAR + 60
    drawing = picture(
        *drawn,
        width=width,
        height=_NAMES_TOP + len(patterns) * _GAP_ROW,
        label="Columns that are missing together",
        class_="chart map",
    )
    return drawing.replace("<svg ", f'<svg style="width:{width:.0f}px" ', 1)


def _upright_names(names: tuple[str, ...], cell: float) -> list[str]:
    """Return names that stand above columns of cells."""
    font = min(_FONT, cell * 0.8)
    drawn = []
    for at, name in enumerate(names):
        x = at * cell + cell / 2 + font / 3
        short = shorten(name, (_NAMES_TOP - 8) / font)
        drawn.append(
            text(
                short,
                x=x,
                y=_NAMES_TOP - 6,
                class_="tick",
                font_size=font,
                transform=f"rotate(-90 {x:.1f} {_NAMES_TOP - 6:.1f})",
            )
        )
    return drawn
