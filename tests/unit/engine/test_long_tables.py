"""Beside a long table there is room for little: what is made of it takes so many bytes a row."""

import tracemalloc
from collections.abc import Callable

import numpy as np
import polars as pl

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.splits import Bonds, Shares
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.preparing import blocks_of
from modelyard.engine.splitting import split
from modelyard.engine.units import RowUnits

N_ROWS = 150_000


def _table() -> Table:
    """Return a long table of which few rows come again."""
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "age": rng.uniform(18, 80, N_ROWS).round(2),
            "paid": rng.lognormal(4, 1, N_ROWS).round(2),
            "city": rng.choice(["Oslo", "Rome", "Lima", "Cairo"], N_ROWS),
        }
    )
    kinds = (ColumnKind.NUMERIC, ColumnKind.NUMERIC, ColumnKind.CATEGORY)
    return Table(frame, tuple(map(Column, frame.columns, kinds)))


def _bytes_a_row(work: Callable[[], object]) -> float:
    """Return what numpy and Python held at most beyond what there was."""
    tracemalloc.start()
    try:
        kept = work()
        _, most = tracemalloc.get_traced_memory()
        del kept
    finally:
        tracemalloc.stop()
    return most / N_ROWS


def test_equal_rows_are_found_with_three_numbers_a_row():
    table = _table()
    bonds = Bonds(table.names)
    assert len(RowUnits.of(table, bonds).sizes) < N_ROWS
    assert _bytes_a_row(lambda: RowUnits.of(table, bonds)) < 30


def test_rows_are_dealt_with_ten_numbers_a_row():
    table = _table()
    y = np.random.default_rng(1).integers(0, 2, N_ROWS)

    def deal() -> object:
        rng = np.random.default_rng(2)
        return split(table, y, task=Task.BINARY, shares=Shares(), bonds=Bonds(table.names), rng=rng)

    assert _bytes_a_row(deal) < 85


def test_words_that_repeat_are_one_object_wherever_they_stand():
    table = _table()
    assert len({id(word) for word in table.strings("city")}) == 4
    assert _bytes_a_row(lambda: blocks_of(table)) < 60


def test_words_come_as_they_stand_whether_they_repeat_or_not_or_are_missing():
    rng = np.random.default_rng(3)
    few = [None, "", "Oslo", "Rome"]
    cells = [few[at] for at in rng.integers(0, 4, 60_000)] + [f"{n}" for n in range(150_000)]
    table = Table(pl.DataFrame({"word": cells}), (Column("word", ColumnKind.CATEGORY),))
    assert table.strings("word").tolist() == cells


def test_all_rows_in_their_order_are_the_table_itself():
    table = _table()
    everything = np.arange(N_ROWS)
    assert table.take(everything) is table
    everything[[-1, -2]] = everything[[-2, -1]]
    assert table.take(everything).frame.row(-1) == table.frame.row(-2)
