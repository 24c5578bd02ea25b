"""A chart as data: the report draws it as SVG, a page may draw it another way."""

from dataclasses import dataclass
from enum import StrEnum


class ChartKind(StrEnum):
    """How the series of a chart are to be drawn."""

    LINES = "lines"
    POINTS = "points"
    BARS = "bars"
    MATRIX = "matrix"


@dataclass(frozen=True)
class Series:
    """One line, cloud, set of bars or matrix row.

    Attributes:
        name: for the legend, or the row label of a matrix.
        x: positions (n,); for BARS and MATRIX the indices of `ChartSpec.categories`.
        y: values (n,).
        low, high: interval of each y, or empty.
        is_reference: a guide (a diagonal, the baseline) that is drawn quietly.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    is_reference: bool = False


@dataclass(frozen=True)
class ChartSpec:
    """A chart that is ready to be drawn.

    Attributes:
        key: of the chart component.
        caption: one sentence that says what to see in it; also the text for screen readers.
        categories: names along x for BARS and MATRIX.
    """

    key: str
    title: str
    kind: ChartKind
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    caption: str
    categories: tuple[str, ...] = ()
