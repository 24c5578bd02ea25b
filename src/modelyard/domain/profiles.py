"""The description of a table, column by column."""

import math
from collections.abc import Iterable
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
        lengths: least, mean and most characters of a value of the string kinds.
        top_words: of TEXT, the most frequent words in lower case, with their counts.
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
    lengths: tuple[float, ...] = ()
    top_words: tuple[tuple[str, int], ...] = ()
    histogram_edges: tuple[float, ...] = ()
    histogram_counts: tuple[int, ...] = ()


@dataclass(frozen=True)
class TableProfile:
    """Statistics of a table."""

    n_rows: int
    n_duplicate_rows: int
    columns: tuple[ColumnProfile, ...]


def most_combinations(columns: Iterable[ColumnProfile], *, n_rows: int) -> float:
    """Return how many different rows the values of columns make at most, missing as one of them.

    Without end where a column holds pictures, or manifold texts or sequences. Where it is below
    the number of rows, rows must coincide (the pigeonhole principle), as the split reckons as well.
    """
    listed = list(columns)
    if any(each.kind.is_endless(n_unique=each.n_unique, n_rows=n_rows) for each in listed):
        return math.inf
    return math.prod(each.n_unique + 1 for each in listed)


@dataclass(frozen=True)
class Association:
    """How far two columns go together; a measure that does not suit their kinds is None.

    Attributes:
        pearson, spearman: of two numbers, -1 to 1.
        cramers_v: of two categories, corrected for bias, 0 to 1.
        eta: correlation ratio of a number within the categories of the other, 0 to 1.
    """

    first: str
    second: str
    pearson: float | None = None
    spearman: float | None = None
    cramers_v: float | None = None
    eta: float | None = None

    @property
    def strength(self) -> float:
        """The measure that suits the kinds, with its sign where it has one; 0 if none is known."""
        known = (self.spearman, self.cramers_v, self.eta)
        return next((each for each in known if each is not None), 0.0)


@dataclass(frozen=True)
class MissingPattern:
    """Columns that are missing together, and no others with them, in so many rows."""

    columns: tuple[str, ...]
    n_rows: int


@dataclass(frozen=True)
class Relations:
    """What columns of a table have to do with each other.

    Attributes:
        columns: that were compared, in table order.
        associations: of every pair of them that can be measured.
        n_rows: that associations were measured on.
        patterns: of missing cells, the most frequent first; that of no missing cell among them.
        n_patterns: of all.
    """

    columns: tuple[str, ...] = ()
    associations: tuple[Association, ...] = ()
    n_rows: int = 0
    patterns: tuple[MissingPattern, ...] = ()
    n_patterns: int = 0
