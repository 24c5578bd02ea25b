"""Tables: a frame of data with what is known about it.

The one table engine is polars. Physical types by kind: NUMERIC Float64, INTEGER Int64, BOOLEAN
Boolean, DATETIME Datetime("us"), all string kinds String, IMAGE String as well: the SHA-256 of the
picture's file, which an album finds; and SEQUENCE, as `domain.sequences` writes it. Missing is
null, never NaN.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import Column, ColumnKind, missing_column
from modelyard.domain.errors import DataError
from modelyard.domain.pictures import Album

# Cells whose words are told apart in one call, and the share of distinct words among them from
# which on each cell has a word of its own.
_PIECE = 20_000
_DISTINCT_SHARE = 0.5

DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}


def told_blank(n_blank: int) -> str:
    """Return the sentence on blank lines.

    >>> told_blank(1)
    '1 blank line was skipped.'
    """
    lines = "1 blank line was" if n_blank == 1 else f"{n_blank} blank lines were"
    return f"{lines} skipped."


@dataclass(frozen=True)
class SourceFacts:
    """What was found out about a file while it was read, stated to the user.

    Attributes:
        source: key of the source component, or the library of an object in memory.
        location: path as the user gave it; empty for an object in memory.
        sha256: of the file's bytes, or of the frame's content for an object in memory.
        size_bytes: of the file.
        encoding, delimiter, quote, decimal: the dialect of a text file, None elsewhere.
        is_decimal_plain: whether the file's own numbers leave no doubt about the decimal mark.
        has_other_mark: whether the decimal mark is another than that of the training whose model
            is to answer the rows.
        missing_tokens: cells that were read as missing.
        time_format: of the dates that put items of sequences into order, as strptime writes it;
            empty where there were none, or no text.
        n_blank: lines without any character but white space, which were skipped.
        notes: anything else that was found and decided, one sentence each.
    """

    source: str
    location: str = ""
    sha256: str = ""
    size_bytes: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    decimal: str | None = None
    is_decimal_plain: bool = False
    has_other_mark: bool = False
    missing_tokens: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    time_format: str = ""
    n_blank: int = 0

    @property
    def delimiter_name(self) -> str | None:
        """What the delimiter is called; itself where it has no name."""
        return DELIMITER_NAMES.get(self.delimiter or "", self.delimiter)


@dataclass(frozen=True)
class Known:
    """What a source knows of its columns, beside their cells.

    Attributes:
        kinds: of columns whose cells are taken as they are: strings, of which none means missing.
        albums: the pictures that the cells of a column of kind IMAGE stand for.
        beside: columns that tell of rows where they came from, and are no features.
        files: those of them that name the file of a row.
        part: the one of them that says which part of a split a row belongs to; empty for none.
    """

    kinds: Mapping[str, ColumnKind] = field(default_factory=dict)
    albums: Mapping[str, Album] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    part: str = ""

    @property
    def are_pictures(self) -> bool:
        """Whether the rows are the pictures of a folder or an archive."""
        return bool(self.albums and self.files)

    @property
    def new_rows(self) -> str:
        """What stands, in a command that is shown, for rows that a model is to answer."""
        return "FOLDER_OF_PICTURES" if self.are_pictures else "NEW.csv"


@dataclass(frozen=True)
class RawTable:
    """A table as a source delivers it, before the kinds of its columns are known.

    Attributes:
        frame: a text file's cells are all text, a typed source's keep their type.
        facts: how it was read.
        coded: columns of text that are held as Categorical, to save memory and nothing else.
        set_aside: zero-based rows whose cells are not known, with the reason; what stands in the
            frame in their place means nothing.
        known: what its source knows of the columns.
        paths: of columns of pictures that a file names by their paths: the paths, of every row.
    """

    frame: pl.DataFrame
    facts: SourceFacts
    coded: frozenset[str] = frozenset()
    set_aside: Mapping[int, DataError] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    paths: Mapping[str, pl.Series] = field(default_factory=dict)

    def column(self, name: str) -> pl.Series:
        """Return a column as its source wrote it."""
        series = self.frame[name]
        return series.cast(pl.String) if name in self.coded else series

    def is_text(self, name: str) -> bool:
        """Return whether a column, if there is one, holds text that is still to be read."""
        if name in self.coded:
            return True
        # To ask for the schema costs as much as there are columns.
        series = self.frame.get_column(name, default=None)
        return series is not None and series.dtype == pl.String

    def take(self, rows: npt.NDArray[np.int64]) -> "RawTable":
        """Return the rows at these zero-based positions, none set aside, in this order."""
        if _is_all(rows, self.frame.height):
            return self
        paths = {name: values[rows] for name, values in self.paths.items()}
        return replace(self, frame=self.frame[rows], set_aside={}, paths=paths)


@dataclass(frozen=True)
class Table:
    """A typed table: the frame's columns and `columns` agree in name and order."""

    frame: pl.DataFrame
    columns: tuple[Column, ...]
    facts: SourceFacts = field(default_factory=lambda: SourceFacts("memory"))
    known: Known = field(default_factory=Known)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.frame.height

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """Return the column called `name`.

        Raises:
            MissingColumns: if there is none, with the nearest name.
        """
        if name in self._by_name:
            return self._by_name[name]
        raise missing_column(name, self.names)

    def select(self, names: Sequence[str]) -> "Table":
        """Return the table with these columns alone, in this order."""
        columns = tuple(self.column(name) for name in names)
        # For one of thousands of columns nothing is asked of the others.
        frame = (
            self.frame[names[0]].to_frame() if len(names) == 1 else self.frame.select(list(names))
        )
        return replace(self, frame=frame, columns=columns)

    def drop(self, names: Iterable[str]) -> "Table":
        """Return the table without these columns."""
        gone = set(names)
        return self.select([name for name in self.names if name not in gone])

    def take(self, rows: npt.NDArray[np.int64]) -> "Table":
        """Return the rows at these zero-based positions, in this order."""
        return self if _is_all(rows, self.n_rows) else replace(self, frame=self.frame[rows])

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """Return a column of number kind as (n,) float64: NaN where missing.

        Booleans are 0 and 1, datetimes microseconds since 1970 UTC.
        """
        series = self.frame[name]
        if self.column(name).kind is ColumnKind.DATETIME:
            series = series.cast(pl.Datetime("us")).to_physical()
        # Of doubles, numpy gets NaN for null.
        return series.cast(pl.Float64).to_numpy()

    def strings(self, name: str) -> npt.NDArray[np.object_]:
        """Return a column of string kind as (n,) objects: str, or None where missing."""
        return _words(self.frame[name])

    def pictures(self, name: str) -> npt.NDArray[np.object_]:
        """Return a column of kind IMAGE as (n,) objects: `Picture`, or None where missing."""
        album, values = self.known.albums[name], np.empty(self.n_rows, dtype=object)
        cells = self.frame[name].to_list()
        values[:] = [None if cell is None else album.picture(cell) for cell in cells]
        return values

    def pictured(self, names: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Return (n,) which rows have every picture of those of the columns that hold pictures."""
        has_all = np.ones(self.n_rows, dtype=bool)
        for name in names:
            if self.column(name).kind is ColumnKind.IMAGE:
                has_all &= self.frame[name].is_not_null().to_numpy()
        return has_all

    def codes(self, name: str) -> npt.NDArray[np.int64]:
        """Return a column of any kind as (n,) int64: equal values share a code, -1 where missing.

        Codes count up from 0 in the order in which the values first appear.
        """
        self.column(name)
        series = self.frame[name]
        values = series.unique(maintain_order=True).drop_nulls()
        numbers = pl.Series(np.arange(len(values), dtype=np.int64))
        return series.replace_strict(values, numbers, default=-1).to_numpy()


def _words(series: pl.Series) -> npt.NDArray[np.object_]:
    """Return the cells as objects: cells that are equal share one, where words repeat.

    A word of its own takes some 56 bytes, a place in the array 8.
    """
    values = np.empty(len(series), dtype=object)
    words: dict[str | None, str | None] = {}
    shares = len(series) > _PIECE
    for start in range(0, len(series), _PIECE):
        cells = series.slice(start, _PIECE).to_list()
        shares = shares and len(words) <= _DISTINCT_SHARE * max(start, _PIECE)
        values[start : start + len(cells)] = (
            [words.setdefault(cell, cell) for cell in cells] if shares else cells
        )
    return values


def _is_all(rows: npt.NDArray[np.int64], n_rows: int) -> bool:
    """Whether the positions are those of a whole table, in its order: nothing is to be copied."""
    if len(rows) != n_rows:
        return False
    pieces = range(0, n_rows, _PIECE)
    return all(
        bool((rows[at : at + _PIECE] == np.arange(at, min(at + _PIECE, n_rows))).all())
        for at in pieces
    )
