"""Describes a table column by column, in one pass of the table engine and a histogram each."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.profiles import ColumnProfile, TableProfile
from modelyard.domain.tables import Table

_N_TOP = 10
_N_BINS = 20
_N_TEXTS = 20_000
# In a longer table words are told apart by their hashes of 64 bits, which takes a fifth of the time
# (benchmarks/large_csv.py); among a million words two share one with a probability below 1e-7.
_MANY_ROWS = 100_000
_WORD = r"\p{L}[\p{L}\p{N}'-]+"
_QUARTILES = (0.25, 0.5, 0.75)
# Above it the square of a double, summed over a table, may overflow.
_LARGE = 1e140
# A spread that is a smaller share of its numbers is what rounding left.
_SAME = 1e-12
# Kinds whose most frequent values say something; a measured number hardly comes twice.
_COUNTED = frozenset({ColumnKind.INTEGER, ColumnKind.BOOLEAN, ColumnKind.CATEGORY})


def profile(table: Table) -> TableProfile:
    """Describe a table; columns may be empty, constant or all missing."""
    counts = _counts(table)
    # Where a column tells all rows apart, none repeats.
    is_key = any(n_unique == table.n_rows for _, n_unique in counts)
    return TableProfile(
        n_rows=table.n_rows,
        n_duplicate_rows=0 if is_key else _n_duplicate_rows(table),
        columns=tuple(
            _profile_column(table, column, n_missing=n_missing, n_unique=n_unique)
            for column, (n_missing, n_unique) in zip(table.columns, counts, strict=True)
        ),
    )


def _counts(table: Table) -> list[tuple[int, int]]:
    """Return missing and distinct values of each column; NaN and infinity count as missing."""
    if not table.columns:
        return []
    finite = [_finite(column) for column in table.columns]
    is_long = table.n_rows >= _MANY_ROWS
    distinct = [
        value.drop_nulls().hash() if is_long and column.kind.is_string else value.drop_nulls()
        for column, value in zip(table.columns, finite, strict=True)
    ]
    counted = table.frame.select(
        *(value.null_count().alias(f"m{at}") for at, value in enumerate(finite)),
        *(value.n_unique().alias(f"u{at}") for at, value in enumerate(distinct)),
    ).row(0)
    width = len(finite)
    return list(zip(counted[:width], counted[width:], strict=True))


def _finite(column: Column) -> pl.Expr:
    value = pl.col(column.name)
    if column.kind is ColumnKind.NUMERIC:
        return pl.when(value.is_finite()).then(value)
    return value


def _n_duplicate_rows(table: Table) -> int:
    """Return how many rows repeat an earlier one; a picture that was not read equals no other.

    Rows are compared by a 64-bit hash: among a million rows two different ones share it with
    a probability below 1e-7.
    """
    if not table.columns or not table.n_rows:
        return 0
    is_read = table.pictured(table.names)
    frame = table.frame if is_read.all() else table.frame.filter(pl.Series(is_read))
    return frame.height - frame.hash_rows().n_unique()


def _profile_column(
    table: Table, column: Column, *, n_missing: int, n_unique: int
) -> ColumnProfile:
    numbers: dict[str, Any] = {}
    if column.kind.is_number:
        values = table.numbers(column.name)
        numbers = _describe_numbers(values[np.isfinite(values)])
    if column.kind in {ColumnKind.NUMERIC, ColumnKind.INTEGER}:
        n_null = table.frame[column.name].null_count()
        # Those that reading made missing, and those of a frame that came typed.
        numbers["n_nonfinite"] = column.n_nonfinite + n_missing - n_null
    if column.kind.is_string:
        numbers["lengths"] = _lengths(table.frame[column.name])
    if column.kind is ColumnKind.TEXT:
        numbers["top_words"] = _top_words(table.frame[column.name])
    return ColumnProfile(
        name=column.name,
        kind=column.kind,
        reason=column.reason,
        n_missing=n_missing,
        n_unique=n_unique,
        top_values=_top_values(table.frame[column.name]) if column.kind in _COUNTED else (),
        **numbers,
    )


def _describe_numbers(values: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Return the statistics of finite numbers, none where there is no number."""
    if not len(values):
        return {}
    minimum, maximum = float(values.min()), float(values.max())
    # The square of 1e300 has no double, its standard deviation has.
    largest = max(abs(minimum), abs(maximum))
    scale = largest if largest > _LARGE else 1.0
    scaled = values / scale
    sd = float(scaled.std())
    described = {
        "minimum": minimum,
        "maximum": maximum,
        "mean": float(scaled.mean() * scale),
        "sd": sd * scale,
        "skew": _skew(scaled, sd),
        "quartiles": tuple((np.quantile(scaled, _QUARTILES) * scale).tolist()),
    }
    if not np.isfinite(maximum - minimum):
        return described
    counts, edges = np.histogram(values, bins=_edges(minimum, maximum))
    return described | {
        "histogram_edges": tuple(edges.tolist()),
        "histogram_counts": tuple(counts.tolist()),
    }


def _skew(values: npt.NDArray[np.float64], sd: float) -> float | None:
    """Return the third standardised moment, None where the values hardly vary."""
    if sd <= _SAME * max(float(np.abs(values).max()), sd):
        return None
    standardised = (values - values.mean()) / sd
    return float(np.mean(standardised * standardised * standardised))


def _edges(minimum: float, maximum: float) -> npt.NDArray[np.float64]:
    """Return bin edges that rise strictly, fewer where doubles between the ends run out."""
    if minimum == maximum:
        return np.sort([minimum, np.nextafter(minimum, 0.0 if minimum else 1.0)])
    return np.unique(np.linspace(minimum, maximum, _N_BINS + 1))


def _top_values(series: pl.Series) -> tuple[tuple[str, int], ...]:
    """Return the most frequent values as text; of equally frequent ones the smaller first."""
    counts = series.drop_nulls().alias("value").value_counts(name="n")
    top = counts.top_k(_N_TOP, by=["n", "value"], reverse=[False, True])
    top = top.sort(["n", "value"], descending=[True, False])
    return tuple((str(value), count) for value, count in top.rows())


def _lengths(series: pl.Series) -> tuple[float, ...]:
    """Return the least, mean and most characters, nothing where all values are missing."""
    counts = series.drop_nulls().cast(pl.String).str.len_chars().cast(pl.Float64).to_numpy()
    return (float(counts.min()), float(counts.mean()), float(counts.max())) if len(counts) else ()


def _top_words(series: pl.Series) -> tuple[tuple[str, int], ...]:
    """Return the most frequent words of the first texts, in lower case."""
    texts = series.drop_nulls().head(_N_TEXTS).cast(pl.String).str.to_lowercase()
    return _top_values(texts.str.extract_all(_WORD).explode())
