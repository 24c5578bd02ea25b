"""Joins the pieces of a file into one table that holds words that repeat once."""

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from modelyard.components.sources._delimited.dialects import Dialect
from modelyard.components.sources._delimited.pieces import NotPlainError, Piece
from modelyard.components.sources._delimited.records import Records
from modelyard.domain.errors import MalformedRow

# A cell takes 16 bytes as text and 4 as a code. Below this share of distinct cells in the first
# piece, the codes with their words are the smaller (benchmarks/large_csv.py).
_CODED_SHARE = 0.2


def joined(pieces: Iterable[Piece]) -> tuple[Dialect, Records]:
    """Return the records of a whole file; a column of cells that repeat is Categorical.

    Raises:
        NotPlainError: if the file cannot be read in pieces.
    """
    frames: list[pl.DataFrame] = []
    coded: list[str] = []
    last: Piece | None = None
    n_blank, has_quotes, n_before = 0, False, 0
    set_aside: dict[int, MalformedRow] = {}
    for piece in pieces:
        frame = piece.records.frame
        if not frames:
            coded = [each.name for each in frame.iter_columns() if _repeats(each)]
        frames.append(frame.with_columns(pl.col(coded).cast(pl.Categorical)) if coded else frame)
        n_blank += piece.records.n_blank
        has_quotes = has_quotes or piece.records.has_quotes
        for at, error in piece.records.set_aside.items():
            set_aside[n_before + at] = error.moved(n_before)
        n_before += frame.height
        last = piece
    if last is None:
        raise NotPlainError
    whole = pl.concat(frames, rechunk=False)
    records = replace(
        last.records, frame=whole, n_blank=n_blank, has_quotes=has_quotes, set_aside=set_aside
    )
    return last.dialect, records


def _repeats(cells: pl.Series) -> bool:
    return cells.n_unique() < _CODED_SHARE * len(cells)
