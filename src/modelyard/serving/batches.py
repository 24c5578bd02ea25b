"""Answers for many rows at a time: in pieces, so that memory stays flat, each bad row alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import ModelyardError
from modelyard.domain.predictions import Flag, FlagKind, RowError
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.predictor import Predictor
from modelyard.runtime.reading import InputReader

FloatArray = npt.NDArray[np.float64]

# Rows that are held as blocks at a time; `benchmarks/serving.py` shows no gain beyond.
PIECE_ROWS = 10_000


class Rows(Protocol):
    """Rows of a request in the form in which they came."""

    @property
    def n_rows(self) -> int:
        """How many there are."""
        ...

    def read(self, reader: InputReader, rows: slice) -> Blocks:
        """Read some of them; an error counts from the first of these."""
        ...

    def ignored(self, taken: frozenset[str]) -> tuple[str, ...]:
        """Return the names that came and that the model does not take."""
        ...


@dataclass(frozen=True)
class RowList:
    """Rows as objects, column name to value."""

    rows: Sequence[Mapping[str, Any]]

    @property
    def n_rows(self) -> int:
        """How many there are."""
        return len(self.rows)

    def read(self, reader: InputReader, rows: slice) -> Blocks:
        """Read some of them."""
        return reader.read_rows(self.rows[rows])

    def ignored(self, taken: frozenset[str]) -> tuple[str, ...]:
        """Return what the first row has too much; rows are alike."""
        return tuple(name for name in self.rows[0] if name not in taken) if self.rows else ()


@dataclass(frozen=True)
class ColumnLists:
    """Whole columns of equal length by name."""

    columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]]
    n_rows: int

    def read(self, reader: InputReader, rows: slice) -> Blocks:
        """Read some of the rows."""
        taken = [column.name for column in reader.inputs if column.name in self.columns]
        return reader.read_columns({name: self.columns[name][rows] for name in taken})

    def ignored(self, taken: frozenset[str]) -> tuple[str, ...]:
        """Return the columns that the model does not take."""
        return tuple(name for name in self.columns if name not in taken)


@dataclass(frozen=True)
class Piece:
    """Neighbouring rows that were answered.

    Attributes:
        start: rows before them, answered or not.
        scores: (n, n_labels) probabilities, or (n, 1) values.
    """

    start: int
    blocks: Blocks
    scores: FloatArray


@dataclass(frozen=True)
class Batch:
    """The rows of a request, answered as far as they can be."""

    n_rows: int
    pieces: tuple[Piece, ...]
    errors: tuple[RowError, ...]

    def flags(self, predictor: Predictor) -> tuple[Flag, ...]:
        """Return what is flagged, one remark for each column and kind, rows counted in all."""
        found: dict[tuple[str, FlagKind], Flag] = {}
        for piece in self.pieces:
            for flag in predictor.flagger.rows(piece.blocks):
                moved, key = flag.moved(piece.start), (flag.column, flag.kind)
                found[key] = found[key].joined(moved) if key in found else moved
        return tuple(found.values())


def predict_batch(predictor: Predictor, rows: Rows, *, is_strict: bool = False) -> Batch:
    """Answer for every row that can be answered.

    Raises:
        ModelyardError: if a row cannot be answered and `is_strict`, or if none can be.
    """
    pieces: list[Piece] = []
    errors: list[RowError] = []
    first: ModelyardError | None = None
    for start in range(0, rows.n_rows, PIECE_ROWS):
        stop = min(start + PIECE_ROWS, rows.n_rows)
        try:
            pieces.append(_answered(predictor, rows, start=start, stop=stop))
        except ModelyardError as error:
            if is_strict:
                raise error.moved(start) from error
            first = first or error.moved(start)
            _sift(predictor, rows, start=start, stop=stop, into=(pieces, errors))
    if first is not None and not pieces:
        raise first
    return Batch(rows.n_rows, tuple(pieces), tuple(errors))


def _answered(predictor: Predictor, rows: Rows, *, start: int, stop: int) -> Piece:
    blocks = predictor.allowed(rows.read(predictor.reader, slice(start, stop)))
    return Piece(start, blocks, predictor.scores(blocks))


def _sift(
    predictor: Predictor,
    rows: Rows,
    *,
    start: int,
    stop: int,
    into: tuple[list[Piece], list[RowError]],
) -> None:
    """Halve rows among which one is bad until the bad ones stand alone."""
    pieces, errors = into
    middle = (start + stop) // 2
    for low, high in ((start, middle), (middle, stop)):
        if low == high:
            continue
        try:
            pieces.append(_answered(predictor, rows, start=low, stop=high))
        except ModelyardError as error:
            if high - low == 1:
                errors.append(RowError(high, error.moved(low)))
            else:
                _sift(predictor, rows, start=low, stop=high, into=into)
