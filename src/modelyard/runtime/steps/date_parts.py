"""Takes moments apart: year, month, day, weekday, hour, and days since 1970."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

PARTS = ("year", "month", "day", "weekday", "hour", "days")

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0


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
        days, of_day = np.divmod(moments, _DAY_US)
        made = {"days": days, "hour": of_day // _HOUR_US, "weekday": (days + _EPOCH_WEEKDAY) % 7}
        dates = days.astype("datetime64[D]")
        months = dates.astype("datetime64[M]")
        made["day"] = (dates - months).astype(np.int64) + 1
        months_since = months.astype(np.int64)
        made["month"] = months_since % 12 + 1
        made["year"] = months_since // 12 + 1970
        parts = np.stack([made[part] for part in self.parts], axis=2).astype(np.float64)
        parts[missing] = np.nan
        n_rows, n_columns = block.shape
        return parts.reshape(n_rows, n_columns * len(self.parts))

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return {"parts": list(self.parts)}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """Read what `to_params` wrote."""
        return cls(tuple(params["parts"]))


STEP = DateParts
