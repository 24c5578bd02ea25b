"""What a column holds, and how a value of it is read."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from modelyard.domain.errors import MissingColumns
from modelyard.domain.headers import bare_fix
from modelyard.domain.words import member_called
from modelyard.kit.matching import suggestion

# As many as a message has room for.
_MOST_NAMED = 20


class ColumnKind(StrEnum):
    """The meaning of a column's values; it decides how they are stored and prepared."""

    NUMERIC = "numeric"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    DATETIME = "datetime"
    TEXT = "text"
    IDENTIFIER = "identifier"
    IMAGE = "image"
    SEQUENCE = "sequence"

    @classmethod
    def called(cls, word: str) -> Self:
        """Return the kind that a user means by a word.

        Raises:
            InvalidValue: if there is none, with the nearest one.
        """
        return member_called(cls, word, what="kind of a column")

    @property
    def is_number(self) -> bool:
        """Whether the runtime reads the column into its block of float64 numbers."""
        return self in _NUMBERS

    @property
    def is_string(self) -> bool:
        """Whether the runtime reads the column into its block of strings."""
        return self in _STRINGS

    def is_endless(self, *, n_unique: int, n_rows: int) -> bool:
        """Whether its values are so manifold that equal ones are repeats, and no coincidence.

        So are pictures; texts and sequences too, but where ten rows and more share one on average:
        they are then a few words that mean classes.
        """
        is_manifold = self in _MANIFOLD and n_unique * _ROWS_OF_A_WORD > n_rows
        return self is ColumnKind.IMAGE or is_manifold


_NUMBERS = frozenset(
    {ColumnKind.NUMERIC, ColumnKind.INTEGER, ColumnKind.BOOLEAN, ColumnKind.DATETIME}
)
_STRINGS = frozenset({ColumnKind.CATEGORY, ColumnKind.TEXT, ColumnKind.IDENTIFIER})
_MANIFOLD = frozenset({ColumnKind.TEXT, ColumnKind.SEQUENCE})
_ROWS_OF_A_WORD = 10


@dataclass(frozen=True)
class Column:
    """One column of a table: its name, its kind, and how its cells were read.

    Attributes:
        name: as in the header.
        kind: what the values mean.
        true_words, false_words: for BOOLEAN, the spellings of the two values, folded to lower case.
        datetime_format: for DATETIME, the strptime format of the cells, or None for ISO 8601.
        reason: why this kind was chosen, in words for the user.
        n_nonfinite: cells of the table as it was read that were infinite or NaN, and are missing
            now.
        missing_words: cells that mean missing in this column, beside the tokens of the table.
        number_format: for numbers that are written with separators of thousands or with signs,
            their `domain.number_formats.NumberFormat`; empty where they are as in the table.
    """

    name: str
    kind: ColumnKind
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()
    datetime_format: str | None = None
    reason: str = ""
    n_nonfinite: int = 0
    missing_words: tuple[str, ...] = ()
    number_format: str = ""


@dataclass(frozen=True)
class InputColumn:
    """One column that a packaged model takes, with what training saw in it.

    Attributes:
        name, kind, true_words, false_words, datetime_format, missing_words, number_format: as in
            `Column`.
        minimum, maximum: range of the training rows for number kinds (booleans as 0 and 1,
            datetimes in microseconds since 1970 UTC), None where all were missing.
        categories: for CATEGORY, every value of the training rows, most frequent first.
        n_missing: missing values among the training rows.
        example: a value of the training rows as a request would carry it.
    """

    name: str
    kind: ColumnKind
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()
    datetime_format: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[str, ...] = ()
    n_missing: int = 0
    missing_words: tuple[str, ...] = ()
    number_format: str = ""
    example: Any = field(default=None, compare=False)


def missing_column(name: str, known: Collection[str]) -> MissingColumns:
    """Return the error for a column that is not among the known ones, with the nearest name."""
    names = list(known)
    columns = f"Columns: {', '.join(names[:_MOST_NAMED])}."
    if len(names) == 1:
        columns += " If it holds several, name the delimiter that parts them."
    columns = " ".join(filter(None, (columns, bare_fix([name]))))
    fix = suggestion(name, names, otherwise=columns)
    return MissingColumns(f"There is no column '{name}'.", fix=fix, column=name)
