"""Reads whole columns of dates by the grammar of `domain.cells`, many cells at a time."""

import re
from string import digits

import numpy as np
import polars as pl

from modelyard.domain.cells import MONTHS, parse_datetime, pattern_of

# Below this, cell by cell is the faster.
_FEW = 500
# The parts of so many cells are in memory at a time.
_SLICE_ROWS = 200_000
_DAY_US = 86_400_000_000
_MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def read_moments(cells: pl.Series, datetime_format: str | None) -> pl.Series:
    """Return (n,) Int64 microseconds since 1970 UTC, null where a cell has not the format.

    Args:
        cells: String series without surrounding white space.
        datetime_format: see `domain.cells.parse_datetime`, to which every cell comes out equal.
    """
    if len(cells) < _FEW:
        read = [None if cell is None else parse_datetime(cell, datetime_format) for cell in cells]
        return pl.Series(cells.name, read, dtype=pl.Int64)
    pattern = pattern_of(datetime_format)
    starts = range(0, len(cells), _SLICE_ROWS)
    return pl.concat([_of_slice(cells.slice(start, _SLICE_ROWS), pattern) for start in starts])


def reads_all(cells: pl.Series, datetime_format: str | None) -> bool:
    """Return whether every cell has the format; a slice that does not ends the look."""
    starts = range(0, len(cells), _SLICE_ROWS)
    slices = (cells.slice(start, _SLICE_ROWS) for start in starts)
    return not any(read_moments(each, datetime_format).null_count() for each in slices)


def _of_slice(cells: pl.Series, pattern: re.Pattern[str]) -> pl.Series:
    parts = _parts_of_one_shape(cells, pattern)
    is_read = cells.is_not_null().to_numpy()
    if parts is None:
        whole = f"^(?:{pattern.pattern})$"
        parts = cells.str.extract_groups(whole).struct.unnest()
        is_read = cells.str.contains(whole).fill_null(value=False).to_numpy()
    day, is_day = _days(parts)
    time_us, is_time = _times(parts)
    is_sound = is_read & is_day & is_time
    moments = pl.Series(cells.name, day * _DAY_US + time_us)
    return moments if is_sound.all() else moments.set(pl.Series(~is_sound), None)


def _parts_of_one_shape(cells: pl.Series, pattern: re.Pattern[str]) -> pl.DataFrame | None:
    """Return the parts by their places, where cells differ in nothing but their digits.

    All digits are alike to the pattern, so that such cells have their parts in the same places.
    Finding them there takes a quarter of the time (benchmarks/large_csv.py).
    """
    match = pattern.fullmatch(next((cell for cell in cells if cell is not None), ""))
    if match is None or not match.groups():
        return None
    shape = "".join("[0-9]" if each in digits else re.escape(each) for each in match.string)
    if not cells.str.contains(f"^{shape}$").all():
        return None
    spans = {name: match.span(name) for name in match.groupdict() if match[name] is not None}
    return pl.DataFrame(
        [cells.str.slice(at, end - at).alias(name) for name, (at, end) in spans.items()]
    )


def _days(parts: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return days since 1970, and where they are days of the calendar."""
    year = _number(parts, "Y", 1970)
    if "y" in parts.columns and "Y" not in parts.columns:
        short = _number(parts, "y", 70)
        # As POSIX has it, see `domain.cells`.
        year = short + np.where(short >= 69, 1900, 2000)
    if "b" in parts.columns and "m" not in parts.columns:
        words = parts["b"].str.to_lowercase()
        month = words.replace_strict(list(MONTHS), list(MONTHS.values()), default=0).to_numpy()
    else:
        month = _number(parts, "m", 1)
    day = _number(parts, "d", 1)
    is_month = (month >= 1) & (month <= 12)
    month = np.where(is_month, month, 1)
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    n_days = _MONTH_DAYS[month - 1] + (is_leap & (month == 2))
    months = ((year - 1970) * 12 + month - 1).astype("M8[M]")
    days = months.astype("M8[D]").astype(np.int64) + day - 1
    return days, is_month & (year >= 1) & (day >= 1) & (day <= n_days)


def _times(parts: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return microseconds since midnight in UTC, and where they are times of a day."""
    hour, minute, second = (_number(parts, name, 0) for name in "HMS")
    is_sound = (minute <= 59) & (second <= 59)
    if "I" in parts.columns:
        half = _number(parts, "I", 12)
        is_afternoon = _is(parts, "p", r"^(?i:pm)$")
        is_sound &= (half >= 1) & (half <= 12)
        hour = half % 12 + 12 * is_afternoon
    is_sound &= hour <= 23
    micros = np.zeros(parts.height, dtype=np.int64)
    if "f" in parts.columns:
        micros = (
            parts["f"].fill_null("0").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).to_numpy()
        )
    offset, is_offset = _offsets(parts)
    return ((hour * 60 + minute - offset) * 60 + second) * 1_000_000 + micros, is_sound & is_offset


def _offsets(parts: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return minutes east of UTC, and where they are less than a day."""
    if "z" not in parts.columns or parts["z"].null_count() == parts.height:
        return np.zeros(parts.height, dtype=np.int64), np.ones(parts.height, dtype=bool)
    zone = parts["z"]
    hours = zone.str.slice(1, 2).cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    minutes = zone.str.slice(-2).cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    sign = np.where(_is(parts, "z", "^-"), -1, 1)
    return (hours * 60 + minutes) * sign, (hours <= 23) & (minutes <= 59)


def _number(parts: pl.DataFrame, name: str, default: int) -> np.ndarray:
    if name not in parts.columns:
        return np.full(parts.height, default, dtype=np.int64)
    return parts[name].cast(pl.Int64).fill_null(default).to_numpy()


def _is(parts: pl.DataFrame, name: str, pattern: str) -> np.ndarray:
    if name not in parts.columns:
        return np.zeros(parts.height, dtype=bool)
    return parts[name].str.contains(pattern).fill_null(value=False).to_numpy()
