"""Equal sequences, texts and pictures are repeats and stay together, but for a few words."""

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.splits import Shares
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.profiling import profile
from modelyard.engine.splitting import split
from modelyard.engine.units import bonds_over
from modelyard.protocols.checks import CheckInput

N = 123
ENDLESS = pytest.mark.parametrize("kind", ["sequence", "text", "image"])


def table_of(kind: str, *, n_empty: int, n_again: int) -> Table:
    """Return rows with a value each, but for some that are empty and some that come again."""
    cells: list[str | None] = [f"[{at}.5, {at + 1}.0]" for at in range(N)]
    cells[:n_empty] = [None] * n_empty
    cells[-n_again:] = cells[n_empty : n_empty + n_again]
    frame = pl.DataFrame({"told": cells, "label": ["a", "b", "c"] * (N // 3)})
    return Table(frame, (Column("told", ColumnKind(kind)), Column("label", ColumnKind.CATEGORY)))


@ENDLESS
def test_equal_values_stay_on_one_side_though_some_are_missing(kind: str) -> None:
    table = table_of(kind, n_empty=4, n_again=9)
    bonds = bonds_over(table, ("told",), group=None, time=None)
    y = np.arange(N) % 3
    rng = np.random.default_rng(0)
    dealt = split(table, y, task=Task.MULTICLASS, shares=Shares(), bonds=bonds, rng=rng)
    assert "no repeats" not in dealt.how
    assert "22 rows that are not alone in their features stay with their equals" in dealt.how
    sides = [set(table.frame["told"][rows]) for rows in (dealt.train, dealt.validation, dealt.test)]
    assert len(set.union(*sides)) == sum(len(side) for side in sides)


@ENDLESS
@pytest.mark.parametrize(("key", "n_again"), [("duplicate-rows", 9), ("conflicting-labels", 8)])
def test_equal_values_are_told_though_there_are_fewer_of_them_than_rows(
    kind: str, key: str, n_again: int
) -> None:
    table = table_of(kind, n_empty=0, n_again=n_again)
    rng = np.random.default_rng(0)
    told = CheckInput(table, profile(table), "label", Task.MULTICLASS, ("told",), rng)
    (found,) = Catalog().checks()[key].check(told)
    assert found.all_rows


@pytest.mark.parametrize("kind", ["sequence", "text"])
def test_a_few_texts_that_mean_classes_are_dealt_to_every_part(kind: str) -> None:
    """Kept together, three words in 600 rows would leave a part with one of them."""
    cells = [f"[{at % 3}.5, 1.0]" for at in range(600)]
    frame = pl.DataFrame({"told": cells, "label": ["a", "b"] * 300})
    table = Table(frame, (Column("told", ColumnKind(kind)), Column("label", ColumnKind.CATEGORY)))
    bonds = bonds_over(table, ("told",), group=None, time=None)
    y, rng = np.arange(600) % 2, np.random.default_rng(0)
    dealt = split(table, y, task=Task.BINARY, shares=Shares(), bonds=bonds, rng=rng)
    assert "no repeats" in dealt.how
    assert {len(set(table.frame["told"][rows])) for rows in (dealt.train, dealt.test)} == {3}


def test_what_is_said_of_repeats_promises_no_more_than_the_split_does() -> None:
    """Three colours in 600 rows are no repeats, and are not kept together either."""
    rng = np.random.default_rng(0)
    colours = rng.choice(["red", "green", "blue"], 600).tolist()
    y = rng.normal(size=600).round(2)
    columns = (Column("colour", ColumnKind.CATEGORY), Column("y", ColumnKind.NUMERIC))
    table = Table(pl.DataFrame({"colour": colours, "y": y}), columns)
    bonds = bonds_over(table, ("colour",), group=None, time=None)
    dealt = split(table, y, task=Task.REGRESSION, shares=Shares(), bonds=bonds, rng=rng)
    assert "no repeats" in dealt.how
    told = CheckInput(table, profile(table), "y", Task.REGRESSION, ("colour",), rng)
    (found,) = Catalog().checks()["duplicate-rows"].check(told)
    assert "either way" not in found.fix
    assert "where it keeps equal rows together" in found.fix


@pytest.mark.parametrize(("n_again", "are_repeats"), [(1, True), (5, False)])
def test_the_split_and_what_looks_for_repeats_agree_on_what_is_one(
    n_again: int, are_repeats: bool
) -> None:
    numbers = [float(x) for x in (*range(100 - n_again), *range(n_again))]
    table = Table(pl.DataFrame({"x": numbers}), (Column("x", ColumnKind.NUMERIC),))
    assert (bonds_over(table, ("x",), group=None, time=None).features == ("x",)) is are_repeats
    told = CheckInput(table, profile(table), None, None, ("x",), np.random.default_rng(0))
    assert bool(list(Catalog().checks()["duplicate-rows"].check(told))) is are_repeats
