"""Takes moments apart: year to hour, days since 1970, and the circles of the calendar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[Any]

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0

_Take = Callable[[_Array, _Array, _Array, _Array], _Array]
_TAKE: Mapping[str, _Take] = MappingProxyType(
    {
        "year": lambda _moments, _days, _dates, months: months.view(np.int64) // 12 + 1970,
        "month": lambda _moments, _days, _dates, months: months.view(np.int64) % 12 + 1,
        "day": lambda _moments, _days, dates, months: (dates - months).view(np.int64) + 1,
        "weekday": lambda _moments, days, _dates, _months: (days + _EPOCH_WEEKDAY) % 7,
        "hour": lambda moments, days, _dates, _months: (moments - days * _DAY_US) // _HOUR_US,
        "days": lambda _moments, days, _dates, _months: days,
    }
)
PARTS = tuple(_TAKE)

# How many steps lead around each circle of the calendar.
CIRCLES: Mapping[str, int] = MappingProxyType({"month": 12, "weekday": 7, "hour": 24})
_WAVES = MappingProxyType({"sin": np.sin, "cos": np.cos})


@dataclass(frozen=True)
class DateParts:
    """(n, k) float64 microseconds since 1970 UTC to (n, k * parts) float64, NaN stays NaN.

    The calendar is the proleptic Gregorian one, as in Python's datetime. A column's parts stand
    side by side, in the order of `parts`; weekday is 0 on Monday, days are whole days since 1970.
    `month_sin` and `month_cos` are the place of the month on a circle, where December is beside
    January; `weekday` and `hour` have theirs as well.
    """

    parts: tuple[str, ...] = PARTS
    kind: ClassVar[str] = "date-parts"

    def apply(self, block: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the parts."""
        missing = np.isnan(block)
        moments = np.where(missing, 0.0, block).astype(np.int64)
        # Whole numbers, since a float quotient rounds a moment before midnight into the next day.
        days = moments // _DAY_US
        dates = days.view("datetime64[D]")
        months = dates.astype("datetime64[M]")
        made = np.empty((*block.shape, len(self.parts)))
        for at, part in enumerate(self.parts):
            plain, _, wave = part.partition("_")
            taken = _TAKE[plain](moments, days, dates, months)
            made[:, :, at] = _on_circle(taken, CIRCLES[plain], wave) if wave else taken
        made[missing] = np.nan
        n_rows, n_columns = block.shape
        return made.reshape(n_rows, n_columns * len(self.parts))

    def origins(self, n_inputs: int) -> tuple[tuple[int, ...], ...]:
        """Return for each output the inputs that it is made of."""
        return tuple((at,) for at in range(n_inputs) for _ in self.parts)

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"parts": list(self.parts)}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(params["parts"]))


def _on_circle(steps: _Array, n_steps: int, wave: str) -> _Array:
    # Read from a table, so that a value is the same wherever it stands.
    table: _Array = _WAVES[wave](2 * np.pi * np.arange(n_steps) / n_steps)
    waves: _Array = table[steps % n_steps]
    return waves


STEP = DateParts
