"""Answers for many rows at a time: in pieces, so that memory stays flat, each bad row alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
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
# Of so many bad rows the reason is told; the others are counted.
MOST_ERRORS = 1_000


class Rows(Protocol):
    """Rows of a request in the form in which they came."""

    @property
    def n_rows(self) -> int:
        """How many there are."""
        ...

    def read(self, reader: InputReader) -> Blocks:
        """Read them."""
        ...

    def part(self, start: int, stop: int) -> "Rows":
        """Return some of them."""
        ...

    def chosen(self, positions: Sequence[int]) -> "Rows":
        """Return those at some positions."""
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

    def read(self, reader: InputReader) -> Blocks:
        """Read them."""
        return reader.read_rows(self.rows)

    def part(self, start: int, stop: int) -> "RowList":
        """Return some of them."""
        return RowList(self.rows[start:stop])

    def chosen(self, positions: Sequence[int]) -> "RowList":
        """Return those at some positions."""
        return RowList([self.rows[at] for at in positions])

    def ignored(self, taken: frozenset[str]) -> tuple[str, ...]:
        """Return what rows have too much.

        A row that is no longer than one of the model has nothing, or is refused for what it lacks.
        """
        if not self.rows or max(map(len, self.rows)) <= len(taken):
            return ()
        names = dict.fromkeys(
            chain.from_iterable(row for row in self.rows if len(row) > len(taken))
        )
        return tuple(name for name in names if name not in taken)


@dataclass(frozen=True)
class ColumnLists:
    """Whole columns of equal length by name."""

    columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]]
    n_rows: int

    def read(self, reader: InputReader) -> Blocks:
        """Read the rows."""
        return reader.read_columns(self.columns)

    def part(self, start: int, stop: int) -> "ColumnLists":
        """Return some of the rows."""
        parts = {name: cells[start:stop] for name, cells in self.columns.items()}
        return ColumnLists(parts, stop - start)

    def chosen(self, positions: Sequence[int]) -> "ColumnLists":
        """Return the rows at some positions."""
        columns = {name: _chosen(cells, positions) for name, cells in self.columns.items()}
        return ColumnLists(columns, len(positions))

    def ignored(self, taken: frozenset[str]) -> tuple[str, ...]:
        """Return the columns that the model does not take."""
        return tuple(name for name in self.columns if name not in taken)


def _chosen(
    cells: Sequence[Any] | npt.NDArray[Any], positions: Sequence[int]
) -> Sequence[Any] | npt.NDArray[Any]:
    if isinstance(cells, np.ndarray):
        return cells[np.asarray(positions, dtype=np.int64)]
    return [cells[at] for at in positions]


@dataclass(frozen=True)
class Piece:
    """Rows that were answered, in their order.

    Attributes:
        positions: of these rows among all that came, 0 is the first.
        scores: (n, n_labels) probabilities, or (n, 1) values.
    """

    positions: Sequence[int]
    blocks: Blocks
    scores: FloatArray


@dataclass(frozen=True)
class Batch:
    """The rows of a request, answered as far as they can be.

    Attributes:
        errors: of the first rows that have no answer, by row.
        failed: positions of all rows that have none, 0 is the first.
    """

    n_rows: int
    pieces: tuple[Piece, ...]
    errors: tuple[RowError, ...]
    failed: frozenset[int]

    def flags(self, predictor: Predictor) -> tuple[Flag, ...]:
        """Return what is flagged, one remark for each column and kind, rows counted in all."""
        found: dict[tuple[str, FlagKind], Flag] = {}
        for piece in self.pieces:
            for flag in predictor.flagger.rows(piece.blocks):
                placed, key = flag.placed(piece.positions), (flag.column, flag.kind)
                found[key] = found[key].joined(placed) if key in found else placed
        return tuple(found.values())


def predict_batch(predictor: Predictor, rows: Rows, *, is_strict: bool = False) -> Batch:
    """Answer for every row that can be answered.

    Raises:
        ModelyardError: if a row cannot be answered and `is_strict`, if none can be, or if it is
            about all rows.
    """
    pieces: list[Piece] = []
    failed: list[int] = []
    for start in range(0, rows.n_rows, PIECE_ROWS):
        stop = min(start + PIECE_ROWS, rows.n_rows)
        part = rows.part(start, stop)
        try:
            pieces.append(_answered(predictor, part, range(start, stop)))
        except ModelyardError as error:
            if is_strict or error.row is None:
                raise error.moved(start) from error
            failed += _sift(predictor, rows, range(start, stop), error=error, into=pieces)
    errors = tuple(_errors(predictor, rows, failed[:MOST_ERRORS]))
    if errors and not pieces:
        raise errors[0].error
    return Batch(rows.n_rows, tuple(pieces), errors, frozenset(failed))


def _answered(predictor: Predictor, rows: Rows, positions: Sequence[int]) -> Piece:
    blocks = predictor.allowed(rows.read(predictor.reader))
    return Piece(positions, blocks, predictor.scores(blocks))


def _sift(
    predictor: Predictor,
    rows: Rows,
    positions: Sequence[int],
    *,
    error: ModelyardError,
    into: list[Piece],
) -> list[int]:
    """Answer for the rows without those that an error names, until none is left that is bad.

    An error names every bad row of its kind, in whatever column: rows that lack a column, that
    cannot be read, that break a rule, that have no finite answer. So there are few turns, however
    many rows are bad.

    Returns:
        The positions of the rows that have no answer.
    """
    failed: list[int] = []
    while error.row is not None:
        misfits = set(error.misfits or (error.row - 1,))
        failed += [positions[at] for at in sorted(misfits)]
        positions = [each for at, each in enumerate(positions) if at not in misfits]
        if not positions:
            return sorted(failed)
        try:
            into.append(_answered(predictor, rows.chosen(positions), positions))
        except ModelyardError as another:
            error = another
        else:
            return sorted(failed)
    raise error


def _errors(predictor: Predictor, rows: Rows, failed: Sequence[int]) -> Iterator[RowError]:
    """Yield why each of some rows has no answer, in the words that it alone is refused with."""
    for at in failed:
        try:
            _answered(predictor, rows.part(at, at + 1), (at,))
        except ModelyardError as error:
            yield RowError(at + 1, error.moved(at))
