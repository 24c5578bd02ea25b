"""Turns a pandas frame into a polars frame column by column, without Arrow between them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from modelyard.domain.errors import UsageError
from modelyard.domain.headers import require_sound_header
from modelyard.domain.series import series_of
from modelyard.domain.values import cell_text, plain_value


def frame_of_pandas(data: Any) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the columns of a pandas frame, and notes on what was decided.

    NaN, NaT, None and NA are missing alike, since pandas has no other word for missing in most of
    its types.

    Raises:
        AmbiguousHeader: if columns have no name, or the same.
        UsageError: if the columns have names of several levels.
    """
    if any(isinstance(name, tuple) for name in data.columns):
        raise UsageError(
            "The columns of the pandas frame have names of several levels.",
            fix="Join the levels, e.g. frame.columns = ['_'.join(c) for c in frame.columns].",
        )
    names = [str(name) for name in data.columns]
    require_sound_header(names)
    notes = []
    if not all(isinstance(name, str) for name in data.columns):
        notes.append("Column names that were no text were taken as text.")
    if any(name is not None for name in data.index.names):
        named = ", ".join(f"'{name}'" for name in data.index.names)
        notes.append(f"The index ({named}) was not read; frame.reset_index() makes it a column.")
    columns = [_series_of(name, data.iloc[:, at]) for at, name in enumerate(names)]
    return pl.DataFrame(columns), tuple(notes)


def _series_of(name: str, column: Any) -> pl.Series:
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufmM":
        series = series_of(name, column.to_numpy())
        return series.fill_nan(None) if dtype.kind == "f" else series
    title = type(dtype).__name__
    if title == "DatetimeTZDtype":
        return series_of(name, column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy())
    if title == "CategoricalDtype":
        return _of_categories(name, column)
    is_missing = column.isna().to_numpy()
    values = column.astype(object).tolist()
    cells = [None if void else value for value, void in zip(values, is_missing, strict=True)]
    return series_of(name, cells)


def _of_categories(name: str, column: Any) -> pl.Series:
    try:
        words = [cell_text(plain_value(each)) for each in column.dtype.categories.tolist()]
    except ValueError:
        return series_of(name, column.astype(object).tolist())
    return _of_codes(name, words, column.cat.codes.to_numpy())


def _of_codes(name: str, words: Sequence[str], codes: np.ndarray[Any, Any]) -> pl.Series:
    cells = [None if code < 0 else words[code] for code in codes.tolist()]
    return pl.Series(name, cells, dtype=pl.String).cast(pl.Categorical)
