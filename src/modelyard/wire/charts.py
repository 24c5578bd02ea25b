"""Charts, as answers carry them: what is to be drawn, and not how."""

import math
from collections.abc import Iterable

from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.wire.bodies import Answer

Places = list[float | None]


class SeriesAnswer(Answer):
    """One line, cloud, set of bars or matrix row; null where there is no finite number."""

    name: str
    x: Places
    y: Places
    low: Places
    high: Places
    is_reference: bool

    def series(self) -> Series:
        """Return the series in the vocabulary of charts."""
        return Series(
            self.name,
            x=_numbers(self.x),
            y=_numbers(self.y),
            low=_numbers(self.low),
            high=_numbers(self.high),
            is_reference=self.is_reference,
        )


class ChartAnswer(Answer):
    """A chart that is ready to be drawn."""

    key: str
    title: str
    kind: ChartKind
    x_label: str
    y_label: str
    series: list[SeriesAnswer]
    caption: str
    categories: list[str]

    def spec(self) -> ChartSpec:
        """Return the chart in the vocabulary of charts."""
        return ChartSpec(
            key=self.key,
            title=self.title,
            kind=self.kind,
            x_label=self.x_label,
            y_label=self.y_label,
            series=tuple(each.series() for each in self.series),
            caption=self.caption,
            categories=tuple(self.categories),
        )


def _numbers(places: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(math.nan if place is None else place for place in places)
