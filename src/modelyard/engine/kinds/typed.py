"""Brings columns that have a type already, as those of a data frame, to the kinds of a table."""

from collections.abc import Collection

import polars as pl

from modelyard.domain.cells import INT64_MAX, INT64_MIN
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.errors import DataError
from modelyard.domain.values import cell_text
from modelyard.engine.kinds.finding import FALSE_WORDS, TRUE_WORDS, Typed, find_whole_kind
from modelyard.engine.kinds.unfolding import way_out

_CATEGORICAL = (pl.Categorical, pl.Enum)


def is_text(series: pl.Series) -> bool:
    """Return whether the column's cells are text that is still to be read."""
    return series.dtype in (pl.String, pl.Null, *_CATEGORICAL)


def is_categorical(series: pl.Series) -> bool:
    """Return whether the column's type says that its text is one of a set of categories."""
    return series.dtype in _CATEGORICAL


def without_marked(series: pl.Series, numbers: Collection[float]) -> pl.Series:
    """Return a typed column with those of its numbers null that the user calls missing."""
    if not numbers or not series.dtype.is_numeric():
        return series
    is_marked = series.cast(pl.Float64).is_in(list(numbers)).fill_null(value=False)
    return series.set(is_marked, None)


def find_typed_kind(series: pl.Series) -> Typed:
    """Return a typed column with the kind that its type stands for.

    Raises:
        DataError: if the type has no kind: lists, structures, bytes, objects.
    """
    name, dtype = series.name, series.dtype
    if dtype == pl.Boolean:
        column = Column(
            name,
            ColumnKind.BOOLEAN,
            true_words=TRUE_WORDS,
            false_words=FALSE_WORDS,
            reason="The column's type is Boolean.",
        )
        return Typed(column, series, {})
    if isinstance(dtype, pl.Decimal) and dtype.scale == 0:
        # Whole numbers of up to 38 digits, which a double would round.
        whole = series.cast(pl.Int64, strict=False)
        if whole.null_count() > series.null_count():
            return _too_wide(series)
        return _integers(whole)
    if dtype.is_integer():
        return _integers(series)
    if dtype.is_float() or dtype.is_decimal() or dtype in (pl.Duration, pl.Time):
        values, n_nonfinite = as_doubles(series)
        unit = " (in seconds)" if dtype in (pl.Duration, pl.Time) else ""
        policy = f" {n_nonfinite} that are not finite count as missing." if n_nonfinite else ""
        reason = f"The column's type is {dtype}{unit}.{policy}"
        column = Column(name, ColumnKind.NUMERIC, reason=reason, n_nonfinite=n_nonfinite)
        return Typed(column, values, {})
    if dtype in (pl.Date, pl.Datetime):
        column = Column(name, ColumnKind.DATETIME, reason=f"The column's type is {dtype}.")
        return Typed(column, as_moments(series), {})
    raise DataError(
        f"Column '{name}' holds values of type {dtype}; a column must hold one number, word, date "
        f"or truth value in each cell.",
        fix=way_out(name, _first_of(series)),
        column=name,
    )


def as_doubles(series: pl.Series) -> tuple[pl.Series, int]:
    """Return a numeric column as Float64 and how many of its values were not finite.

    Durations and times of day become seconds. What is not finite becomes null.
    """
    if series.dtype == pl.Duration:
        series = _over(series.dt.total_microseconds(), 1e6)
    elif series.dtype == pl.Time:
        series = _over(series.to_physical(), 1e9)
    values = series.cast(pl.Float64)
    is_odd = ~values.is_finite().fill_null(value=True)
    n_nonfinite = int(is_odd.sum())
    return (values.set(is_odd, None) if n_nonfinite else values), n_nonfinite


def as_moments(series: pl.Series) -> pl.Series:
    """Return dates or moments as Datetime("us") in UTC without a zone."""
    if isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone is not None:
        series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return series.cast(pl.Datetime("us"))


def is_cell_type(series: pl.Series) -> bool:
    """Return whether the column's type holds one word, number, date or truth value in a cell."""
    dtype = series.dtype
    return dtype.is_numeric() or dtype.is_temporal() or dtype in (pl.Boolean, pl.String, pl.Null)


def as_strings(series: pl.Series) -> pl.Series:
    """Return typed values as the words that a table of text would hold."""
    if series.dtype.is_integer() or series.dtype == pl.Boolean:
        return series.cast(pl.String)
    if series.dtype.is_decimal():
        series = series.cast(pl.Float64)
    if series.dtype.is_float():
        series = series.cast(pl.Float64).fill_nan(None)
    words = [None if value is None else cell_text(value) for value in series.to_list()]
    return pl.Series(series.name, words, dtype=pl.String)


def _over(ticks: pl.Series, per_second: float) -> pl.Series:
    # The table engine divides by multiplying with the inverse, which is not exact.
    seconds = ticks.cast(pl.Float64).fill_null(float("nan")).to_numpy() / per_second
    return pl.Series(ticks.name, seconds, nan_to_null=True)


def _first_of(series: pl.Series) -> object:
    present = series.drop_nulls()
    return None if present.is_empty() else present.item(0)


def _too_wide(series: pl.Series) -> Typed:
    why = "Some whole numbers exceed 64 bits: kept as text, not rounded."
    column = Column(series.name, ColumnKind.IDENTIFIER, reason=why)
    return Typed(column, series.cast(pl.String), {}, why)


def _integers(series: pl.Series) -> Typed:
    name, present = series.name, series.drop_nulls()
    if not present.is_empty():
        low, high = present.min(), present.max()
        fits = isinstance(low, int) and isinstance(high, int)
        if fits and not INT64_MIN <= int(str(low)) <= int(str(high)) <= INT64_MAX:
            return _too_wide(series)
    whole = series.cast(pl.Int64)
    kind, why = find_whole_kind(name, whole)
    values = whole.cast(pl.String) if kind is ColumnKind.IDENTIFIER else whole
    return Typed(Column(name, kind, reason=why), values, {})
