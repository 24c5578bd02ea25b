"""Takes moments apart: year, month, day, weekday, hour, and days since 1970."""

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


@dataclass(frozen=True)
class DateParts:
    """(n, k) float64 microseconds since 1970 UTC to (n, k * parts) float64, NaN stays NaN.

    The calendar is the proleptic Gregorian one, as in Python's datetime. A column's parts stand
    side by side, in the order of `parts`; weekday is 0 on Monday, days are whole days since 1970.
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
            made[:, :, at] = _TAKE[part](moments, days, dates, months)
        made[missing] = np.nan
        n_rows, n_columns = block.shape
        return made.reshape(n_rows, n_columns * len(self.parts))

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"parts": list(self.parts)}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(params["parts"]))


STEP = DateParts
