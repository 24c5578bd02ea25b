"""Rows are dealt so that what judges a model has taught it nothing."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.errors import InvalidValue, TooFewRows
from modelyard.domain.splits import Bonds, Shares
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.splitting import carve, folds, split
from modelyard.engine.units import RowUnits, bonds_over

KINDS = {pl.Float64: "numeric", pl.Int64: "integer", pl.String: "category", pl.Datetime: "datetime"}


def _table(columns):
    frame = pl.DataFrame(columns)
    kinds = [ColumnKind(KINDS[series.dtype.base_type()]) for series in frame]
    return Table(frame, tuple(map(Column, frame.columns, kinds)))


def _split(columns, y, task=Task.BINARY, shares=Shares(), seed=0, **asked):  # noqa: B008
    table = _table(columns)
    features = asked.pop("features", table.names)
    bonds = Bonds(tuple(features), **asked)
    rng = np.random.default_rng(seed)
    return split(table, np.asarray(y), task=task, shares=shares, bonds=bonds, rng=rng)


def _folds(columns, y, n_folds, task=Task.BINARY, seed=0, **asked):
    table = _table(columns)
    features = asked.pop("features", table.names)
    bonds = Bonds(tuple(features), **asked)
    rng = np.random.default_rng(seed)
    return folds(table, np.asarray(y), task=task, n_folds=n_folds, bonds=bonds, rng=rng)


def _parts(dealt):
    return dealt.train, dealt.validation, dealt.test


def _unique(n_rows):
    return {"x": np.arange(float(n_rows))}


def _straddles(values, parts):
    """Return whether any value stands in more than one part."""
    sets = [{values[row] for row in part} for part in parts]
    return sum(map(len, sets)) != len(set().union(*sets))


@st.composite
def _tables(draw):
    """Draw a table with repeated rows, and a target."""
    n_rows = draw(st.integers(30, 120))
    n_values = draw(st.integers(12, 200))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    columns = {"a": rng.integers(0, n_values, n_rows), "b": rng.choice(["u", "v", "w"], n_rows)}
    task = draw(st.sampled_from(list(Task)))
    n_classes = {Task.BINARY: 2, Task.MULTICLASS: 5, Task.REGRESSION: 0}[task]
    y = rng.integers(0, n_classes, n_rows) if n_classes else rng.normal(size=n_rows)
    return {"a": columns["a"], "b": columns["b"].tolist()}, y, task


@given(_tables(), st.integers(0, 100))
def test_parts_are_disjoint_cover_every_row_and_no_equal_rows_straddle(drawn, seed):
    columns, y, task = drawn
    dealt = _split(columns, y, task, seed=seed)
    assert np.sort(np.concatenate(_parts(dealt))).tolist() == list(range(len(y)))
    assert all((np.diff(part) > 0).all() for part in _parts(dealt))
    assert all(len(part) for part in _parts(dealt))
    rows = list(zip(columns["a"].tolist(), columns["b"], strict=True))
    assert not _straddles(rows, _parts(dealt))
    if task.is_classification:
        assert set(y[dealt.train]) == set(y)


@given(_tables(), st.integers(2, 6))
def test_folds_hold_out_every_row_once_and_no_equal_rows_straddle(drawn, n_folds):
    columns, y, task = drawn
    dealt = _folds(columns, y, n_folds, task)
    held = np.concatenate([held for _, held in dealt])
    assert len(np.unique(held)) == len(held)
    rows = list(zip(columns["a"].tolist(), columns["b"], strict=True))
    for taught, out in dealt:
        assert np.sort(np.concatenate([taught, out])).tolist() == list(range(len(y)))
        assert not _straddles(rows, (taught, out))


@given(
    st.integers(40, 400),
    st.sampled_from([Shares(), Shares(0.8, 0.0, 0.2), Shares(0.5, 0.25, 0.25)]),
    st.floats(0.1, 0.9),
    st.integers(0, 100),
)
def test_shares_are_kept_in_the_whole_and_in_each_class(n_rows, shares, positive, seed):
    y = (np.arange(n_rows) < positive * n_rows).astype(int)
    dealt = _split(_unique(n_rows), y, shares=shares, seed=seed)
    wanted = (shares.train, shares.validation, shares.test)
    for share, part in zip(wanted, _parts(dealt), strict=True):
        assert abs(len(part) - share * n_rows) <= 1.5
        for label in (0, 1):
            in_part, in_all = (y[part] == label).sum(), (y == label).sum()
            assert abs(in_part - share * in_all) <= 2


def test_regression_parts_look_like_the_whole():
    y = np.random.default_rng(0).lognormal(size=1_000)
    dealt = _split(_unique(1_000), y, Task.REGRESSION)
    for part in _parts(dealt):
        assert np.median(y[part]) == pytest.approx(np.median(y), rel=0.1)


def test_many_small_classes_keep_the_shares_and_all_teach():
    y = np.arange(900) // 2
    dealt = _split(_unique(900), y, Task.MULTICLASS)
    assert [len(part) for part in _parts(dealt)] == [630, 90, 180]
    assert set(y[dealt.train]) == set(y)


def test_equal_seeds_deal_equally_and_others_do_not():
    y = np.arange(100) % 2
    first, same, other = (_split(_unique(100), y, seed=seed) for seed in (1, 1, 2))
    assert first.test.tolist() == same.test.tolist()
    assert first.test.tolist() != other.test.tolist()


@pytest.mark.parametrize("n_rare", range(5, 16))
def test_a_rare_class_whose_share_comes_to_a_row_has_one_for_the_test(n_rare):
    y = np.repeat([0, 1], [600 - n_rare, n_rare])
    dealt = _split(_unique(600), y)
    assert (y[dealt.test] == 1).any()
    assert (y[dealt.train] == 1).sum() >= n_rare // 2
    n_held = 1 if n_rare < 10 else n_rare // 10
    assert n_held - 1 <= (y[dealt.validation] == 1).sum() <= n_held + 1


def test_many_classes_of_five_rows_keep_the_shares():
    y = np.arange(1_000) // 5
    dealt = _split(_unique(1_000), y, Task.MULTICLASS)
    assert [len(part) for part in _parts(dealt)] == [700, 100, 200]


def test_class_with_one_member_teaches():
    y = np.array([0, 1] * 20 + [2])
    for seed in range(20):
        assert 40 in _split(_unique(41), y, Task.MULTICLASS, seed=seed).train


def test_class_with_one_member_is_never_held_out_by_a_fold():
    y = np.array([0, 1] * 20 + [2])
    held = np.concatenate([out for _, out in _folds(_unique(41), y, 5, Task.MULTICLASS)])
    assert np.sort(held).tolist() == list(range(40))


def test_folds_are_even_and_stratified():
    y = (np.arange(103) < 30).astype(int)
    dealt = _folds(_unique(103), y, 5)
    assert {len(out) for _, out in dealt} == {20, 21}
    assert {int(y[out].sum()) for _, out in dealt} == {6}


def test_groups_do_not_straddle_and_rows_without_one_stand_alone():
    groups = [f"g{n % 15}" if n % 10 else None for n in range(300)]
    y = np.arange(300) % 2
    dealt = _split({**_unique(300), "g": groups}, y, group="g", features=["x"])
    with_group = [[row for row in part if groups[row]] for part in _parts(dealt)]
    assert not _straddles(groups, with_group)
    assert all(len(part) > len(kept) for part, kept in zip(_parts(dealt), with_group, strict=True))
    assert "rows of one 'g' stay together" in dealt.how


def test_group_that_owns_a_class_teaches():
    groups = ["a"] * 10 + ["b"] * 30 + ["c"] * 30 + ["d"] * 30
    y = np.array([2] + [0] * 9 + [0, 1] * 45)
    for seed in range(10):
        columns = {**_unique(100), "g": groups}
        dealt = _split(columns, y, Task.MULTICLASS, seed=seed, group="g", features=["x"])
        assert 2 in y[dealt.train]
        assert len(dealt.test)


def test_groups_do_not_straddle_folds():
    groups = [f"g{n % 12}" for n in range(120)]
    for taught, out in _folds({**_unique(120), "g": groups}, np.arange(120) % 2, 4, group="g"):
        assert not _straddles(groups, (taught, out))


def test_few_large_groups_still_fill_every_part():
    groups = [f"g{n % 3}" for n in range(90)]
    columns = {**_unique(90), "g": groups}
    dealt = _split(columns, np.zeros(90) + np.arange(90), Task.REGRESSION, group="g")
    assert [len(part) for part in _parts(dealt)] == [30, 30, 30]


def test_equal_rows_are_told_in_the_report():
    columns = {"x": [1.0, 1.0, *map(float, range(2, 40))]}
    dealt = _split(columns, np.arange(40) % 2)
    assert "2 rows that are not alone in their features stay with their equals" in dealt.how


def test_rows_without_features_are_dealt_one_by_one():
    dealt = _split(_unique(20), np.arange(20) % 2, features=[])
    assert len(dealt.test) == 4


def test_later_rows_test_what_earlier_rows_taught_and_one_moment_stays_whole():
    days = [datetime(2020, 1, 1) + timedelta(days=n // 4) for n in range(400)]  # noqa: DTZ001
    order = np.random.default_rng(0).permutation(400)
    when = [days[at] for at in order]
    dealt = _split({**_unique(400), "on": when}, np.zeros(400), Task.REGRESSION, time="on")
    spans = [sorted(when[row] for row in part) for part in _parts(dealt)]
    assert spans[0][-1] < spans[1][0]
    assert spans[1][-1] < spans[2][0]
    assert [len(part) for part in _parts(dealt)] == [280, 40, 80]
    assert "order of 'on'" in dealt.how


def test_folds_in_time_are_taught_by_all_rows_before_them():
    when = np.repeat(np.arange(60), 3)
    dealt = _folds({"t": when}, np.zeros(180), 5, Task.REGRESSION, time="t")
    assert len(dealt) == 5
    for taught, out in dealt:
        assert when[taught].max() < when[out].min()
        assert len(taught) == (when < when[out].min()).sum()


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        (Shares(0.7, 0.2, 0.2), "sum to 1"),
        (Shares(1.2, -0.4, 0.2), "0 or more"),
        (Shares(0.9, 0.1, 0.0), "above 0"),
        (Shares(0.0, 0.5, 0.5), "above 0"),
    ],
)
def test_impossible_shares_are_refused(shares, told):
    with pytest.raises(InvalidValue, match=told):
        _split(_unique(100), np.arange(100) % 2, shares=shares)


@pytest.mark.parametrize(
    ("n_rows", "shares"), [(1, Shares()), (9, Shares()), (4, Shares(0.8, 0, 0.2))]
)
def test_too_few_rows_are_refused_with_the_minimum(n_rows, shares):
    minimum = 10 if shares.validation else 5
    with pytest.raises(TooFewRows, match=f"at least {minimum} rows"):
        _split(_unique(n_rows), np.arange(n_rows) % 2, shares=shares)
    dealt = _split(_unique(minimum), np.arange(minimum) % 2, shares=shares)
    assert len(dealt.test)


def test_rows_that_are_all_alike_cannot_be_dealt():
    with pytest.raises(TooFewRows, match="must stay together"):
        _split({"x": [1.0] * 50}, np.arange(50) % 2)


def test_one_moment_alone_cannot_be_dealt():
    with pytest.raises(TooFewRows, match="must stay together"):
        _split({"t": [1.0] * 50}, np.arange(50) % 2, time="t")


@pytest.mark.parametrize(
    ("n_rows", "told"), [(3, r"5 folds need more: there are only 3 rows"), (1, "only 1 rows")]
)
def test_fewer_rows_than_folds_are_refused_with_both_numbers(n_rows, told):
    with pytest.raises(TooFewRows, match=told):
        _folds(_unique(n_rows), np.zeros(n_rows), 5, Task.REGRESSION)


def test_fewer_groups_than_folds_are_refused_with_both_numbers():
    with pytest.raises(TooFewRows, match="5 folds need more: there are only 2 groups"):
        _folds({"g": ["a", "b"] * 20}, np.arange(40.0), 5, Task.REGRESSION, group="g")


@pytest.mark.parametrize("when", [[1.0, 2.0] * 20, [1.0, 2.0, 3.0, 4.0, 5.0, *[6.0] * 35]])
def test_fewer_moments_than_folds_are_refused(when):
    with pytest.raises(TooFewRows, match="5 folds need more: there are only"):
        _folds({"t": when}, np.zeros(40), 5, Task.REGRESSION, time="t")


def test_one_fold_is_no_cross_validation():
    with pytest.raises(InvalidValue, match="2 folds at least, not 1"):
        _folds(_unique(10), np.zeros(10), 1, Task.REGRESSION)


def test_words_do_not_order_rows():
    with pytest.raises(InvalidValue, match="holds category values"):
        _split({"t": ["a", "b"] * 10}, np.arange(20) % 2, time="t")


def test_missing_moment_is_refused_with_its_row():
    when = [None if n == 7 else float(n) for n in range(20)]
    with pytest.raises(InvalidValue, match="missing in 1 rows") as caught:
        _split({"t": when}, np.arange(20) % 2, time="t")
    assert caught.value.row == 8


@pytest.mark.parametrize("deal", [_split, lambda *told, **asked: _folds(*told, 3, **asked)])
def test_group_and_time_together_are_refused(deal):
    columns = {"t": np.arange(20.0), "g": ["a", "b"] * 10}
    with pytest.raises(InvalidValue, match="not by both"):
        deal(columns, np.arange(20) % 2, group="g", time="t")


def _carve(columns, y, task=Task.BINARY, share=0.1, seed=0, **asked):
    table = _table(columns)
    bonds = Bonds(tuple(asked.pop("features", table.names)), **asked)
    rng = np.random.default_rng(seed)
    return carve(table, np.asarray(y), task=task, share=share, bonds=bonds, rng=rng)


def test_rows_that_stop_a_fit_share_no_group_with_rows_that_teach():
    groups = [f"g{at // 10}" for at in range(200)]
    teaching, stopping = _carve(_unique(200) | {"g": groups}, np.arange(200) % 2, group="g")

    assert not _straddles(groups, (teaching, stopping))
    assert sorted([*teaching, *stopping]) == list(range(200))
    assert len(stopping) == 20


def test_rows_that_stop_a_fit_come_after_those_that_teach_where_time_orders_them():
    at = np.random.default_rng(0).permutation(100).astype(float)
    teaching, stopping = _carve({"at": at}, np.arange(100) % 2, time="at")

    assert at[teaching].max() < at[stopping].min()
    assert len(stopping) == 10


@pytest.mark.parametrize("seed", range(20))
def test_the_last_row_of_a_class_is_never_taken_to_stop_a_fit(seed):
    teaching, _ = _carve(_unique(30), [1] + [0] * 29, seed=seed)

    assert 0 in teaching


@pytest.mark.parametrize("columns", [_unique(9), {"x": np.ones(40)}])
def test_rows_too_few_to_be_parted_all_teach(columns):
    n_rows = len(columns["x"])
    teaching, stopping = _carve(columns, np.arange(n_rows) % 2)

    assert len(teaching) == n_rows
    assert len(stopping) == 0


def test_rows_that_cannot_but_coincide_are_dealt_one_by_one():
    """Three colours in 600 rows: equal rows are no repeats, and every part must see each colour."""
    rng = np.random.default_rng(0)
    colours = np.array(["red", "green", "blue"])[rng.integers(3, size=600)].tolist()
    table = Table(pl.DataFrame({"colour": colours}), (Column("colour", ColumnKind.CATEGORY),))
    bonds = bonds_over(table, ("colour",), group=None, time=None)
    y = rng.integers(2, size=600)
    parts = split(
        table,
        y,
        task=Task.BINARY,
        shares=Shares(),
        bonds=bonds,
        rng=np.random.default_rng(0),
    )
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (420, 60, 120)
    for rows in (parts.train, parts.validation, parts.test):
        assert set(table.frame[rows]["colour"]) == {"red", "green", "blue"}
    assert "fewer different combinations" in parts.how


def test_repeats_of_a_table_with_many_combinations_stay_together():
    rng = np.random.default_rng(1)
    numbers = np.tile(rng.normal(size=40), 5)
    table = Table(
        pl.DataFrame({"x": numbers, "z": numbers}),
        (
            Column("x", ColumnKind.NUMERIC),
            Column("z", ColumnKind.NUMERIC),
        ),
    )
    bonds = bonds_over(table, ("x", "z"), group=None, time=None)
    assert bonds.features == ("x", "z")


def test_about_half_of_the_sets_of_equal_rows_are_dealt_row_by_row_where_that_is_hedged():
    values = np.concatenate([np.repeat(np.arange(400.0), 2), np.arange(400.0, 600.0)])
    table = _table({"x": values})
    units = RowUnits.of(table, Bonds(("x",), is_hedged=True))
    n_together = int((units.sizes == 2).sum())
    assert 150 < n_together < 250
    assert units.n_units == n_together + 1000 - 2 * n_together
    first_seen = np.unique(units.of_row, return_index=True)[1]
    assert list(first_seen) == sorted(first_seen)


def test_what_is_dealt_apart_stays_so_among_some_of_the_rows():
    values = np.repeat(np.arange(400.0), 2)
    bonds = Bonds(("x",), is_hedged=True)
    whole = RowUnits.of(_table({"x": values}), bonds)
    apart = set(values[(whole.sizes == 1)[whole.of_row]])
    some = values[300:700]
    units = RowUnits.of(_table({"x": some}), bonds)
    assert {*some[(units.sizes == 1)[units.of_row]]} == apart & {*some}


def test_rows_that_are_dealt_apart_are_held_out_by_folds_that_were_taught_their_equal():
    values = np.repeat(np.arange(400.0), 2)
    asked = {"task": Task.REGRESSION, "features": ["x"]}
    hedged = _folds({"x": values}, np.arange(800.0), 5, is_hedged=True, **asked)
    bound = _folds({"x": values}, np.arange(800.0), 5, **asked)
    n_again = [len({*values[held]} & {*values[taught]}) for taught, held in hedged]
    assert 100 < sum(n_again) < 500
    assert not any({*values[held]} & {*values[taught]} for taught, held in bound)
