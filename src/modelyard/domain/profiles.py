"""The description of a table, column by column."""

from dataclasses import dataclass

from modelyard.domain.columns import ColumnKind


@dataclass(frozen=True)
class ColumnProfile:
    """Statistics of one column; shares are 0 to 1, quantities in the column's own unit.

    Attributes:
        n_missing, n_unique: counts; missing is not a value.
        n_nonfinite: cells that were infinite or NaN and are treated as missing.
        minimum, maximum, mean, sd, quartiles: of the number kinds (datetimes: microseconds since
            1970 UTC), None or empty elsewhere. `quartiles` are the 25, 50 and 75 % points.
        skew: third standardised moment (Joanes, Gill 1998: g1) of number kinds that vary.
        top_values: the most frequent values as text, with their counts.
        histogram: bin edges (k+1) and counts (k) of the number kinds.
    """

    name: str
    kind: ColumnKind
    reason: str
    n_missing: int
    n_unique: int
    n_nonfinite: int = 0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    sd: float | None = None
    quartiles: tuple[float, ...] = ()
    skew: float | None = None
    top_values: tuple[tuple[str, int], ...] = ()
    histogram_edges: tuple[float, ...] = ()
    histogram_counts: tuple[int, ...] = ()


@dataclass(frozen=True)
class TableProfile:
    """Statistics of a table."""

    n_rows: int
    n_duplicate_rows: int
    columns: tuple[ColumnProfile, ...]
