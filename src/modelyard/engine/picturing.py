"""Which rows of a table of pictures are trained on, and how they are dealt where their source says.

Whoever publishes pictures in folders called train and test has dealt them already. Their word is
kept, but for pictures that teach and test as well: these do not teach.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from modelyard.domain.splits import TEST, TRAIN, VALIDATION, Split
from modelyard.domain.tables import Table
from modelyard.engine.dealing import Dealer
from modelyard.engine.units import IntArray


def rows_with_pictures(table: Table, rows: IntArray, *, features: Sequence[str]) -> IntArray:
    """Return the rows that have every picture, and do not teach what their source tests by.

    Args:
        table: every row.
        rows: positions of those to choose from.
        features: columns that the model will see.
    """
    rows = rows[table.pictured(features)[rows]]
    across = rows_across_parts(table, features)
    return np.setdiff1d(rows, across) if len(across) else rows


def rows_across_parts(table: Table, features: Sequence[str]) -> IntArray:
    """Return the rows of the teaching parts whose equals stand in the testing part."""
    part = parts_told(table)
    seen = [name for name in features if name in table.names]
    if part is None or not seen:
        return np.empty(0, dtype=np.int64)
    hashes = table.frame.select(seen).hash_rows()
    is_test = part == TEST
    again = hashes.is_in(hashes.filter(is_test).unique().implode()) & ~is_test
    return again.arg_true().cast(pl.Int64).to_numpy()


def parts_told(table: Table) -> pl.Series | None:
    """Return the part of a split that each row belongs to, None where the source does not say.

    Where it names no rows to test by, those to validate by test.
    """
    name = table.known.part
    if name not in table.names:
        return None
    told = table.frame[name]
    return told if (told == TEST).any() else told.replace(VALIDATION, TEST)


def split_told(dealer: Dealer, *, rng: np.random.Generator) -> Split | None:
    """Return the rows as their source dealt them, None where it did not.

    Args:
        dealer: of every row.
        rng: carves rows to validate by out of those that teach, where the source names none.
    """
    told = parts_told(dealer.table)
    if told is None:
        return None
    rows = {
        part: (told == part).fill_null(value=part == TRAIN).arg_true().to_numpy().astype(np.int64)
        for part in (TRAIN, VALIDATION, TEST)
    }
    how = "Dealt as the folders say"
    if not len(rows[VALIDATION]):
        rows[TRAIN], rows[VALIDATION] = dealer.carve(rows[TRAIN], rng=rng)
        how += "; the rows to validate by are taken from those that teach"
    return Split(rows[TRAIN], rows[VALIDATION], rows[TEST], how)
