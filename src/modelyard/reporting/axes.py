"""The scale of an axis: from values to places on the page, with ticks at round numbers."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from modelyard.kit.numerals import short

_N_TICKS = 5
# Below each limit, the round number that takes the place of a step.
_NICE = ((1.5, 1.0), (3.0, 2.0), (7.0, 5.0))
# Numbers beyond are drawn at the edge, so that no step over- or underflows.
_LIMIT = 1e300
# A span that is a smaller share of its numbers is drawn as one point: doubles have 15 digits.
_SAME = 1e-12


@dataclass(frozen=True)
class Axis:
    """A linear axis from `low` to `high`, drawn from `start` to `end` in the drawing's units.

    Attributes:
        step: the distance of two ticks; 0 where there are none.
    """

    low: float
    high: float
    start: float
    end: float
    step: float = 0.0

    @classmethod
    def over(cls, values: Iterable[float], *, start: float, end: float) -> Self:
        """Return an axis that holds every finite value, with ticks at both ends."""
        finite = [max(-_LIMIT, min(_LIMIT, value)) for value in values if math.isfinite(value)]
        low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
        if high - low <= max(_SAME * max(abs(low), abs(high)), 1 / _LIMIT):
            room = abs(low) / 2 if abs(low) > 1 / _LIMIT else 0.5
            low, high = low - room, high + room
        step = _step(low, high)
        first, last = math.floor(low / step), math.ceil(high / step)
        return cls(first * step, last * step, start, end, step)

    def at(self, value: float) -> float:
        """Return the place of a value; one outside the axis is put at its end."""
        within = min(max(value, self.low), self.high)
        share = (within - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> tuple[float, ...]:
        """Round numbers from `low` to `high`."""
        step = self.step
        first, last = round(self.low / step), round(self.high / step)
        return tuple(place * step for place in range(first, last + 1))

    def label(self, tick: float) -> str:
        """Return a tick in figures."""
        return short(tick, step=self.step, largest=max(abs(self.low), abs(self.high)))


def _step(low: float, high: float) -> float:
    """Return 1, 2 or 5 times a power of ten, the nearest to a fifth of the way.

    Source: Heckbert: Nice numbers for graph labels (Graphics Gems, 1990), with its limits.
    """
    raw = (high - low) / _N_TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    factor = raw / power
    nice = next((nice for limit, nice in _NICE if factor < limit), 10.0)
    return nice * power
