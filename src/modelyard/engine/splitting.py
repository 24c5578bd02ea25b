"""Deals rows into parts so that what judges a model has taught it nothing.

Rows are dealt in units that stay together: rows that are equal in every feature, or that share a
value of the group column. Units are dealt class by class, or for a regression band by band of the
target, so that every part looks like the whole. With a time column, earlier rows teach and later
rows judge.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import InvalidValue, TooFewRows
from modelyard.domain.splits import Bonds, Shares, Split
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.units import IntArray, RowUnits, moments_of

PartArray = npt.NDArray[np.int8]

_TRAIN, _VALIDATION, _TEST = 0, 1, 2
# Bands of a regression's target, as many as leave about 20 rows in each, at most 10.
_MAX_BANDS = 10
_ROWS_PER_BAND = 20
# By so much a sum or a quotient of decimals may miss what it stands for.
_ROUNDING = 1e-9
# Share of the units that classes may be given for the test beyond what rounding leaves them.
_MOST_GIVEN_BACK = 0.005


def split(
    table: Table,
    y: npt.NDArray[Any],
    *,
    task: Task,
    shares: Shares,
    bonds: Bonds,
    rng: np.random.Generator,
) -> Split:
    """Deal rows into training, validation and test rows.

    Args:
        table: rows that have a target.
        y: (n,) int64 class codes, or float64 values for regression.
        task: decides how the target is stratified.
        shares: of the parts; each part with a share gets a row at least.
        bonds: which rows stay together, and what orders them.
        rng: equal rows and seed give an equal split.

    Raises:
        InvalidValue: if the shares do not sum to 1, or the time column cannot order the rows.
        TooFewRows: if a part would stay empty, with the minimum.
    """
    require_rows(table.n_rows, shares)
    if bonds.time is not None:
        _refuse_group(bonds.group)
        parts = _deal_in_order(moments_of(table, bonds.time), shares)
        how = f"Dealt in the order of '{bonds.time}': earlier rows teach, later rows test"
    else:
        units = RowUnits.of(table, bonds)
        parts = _deal(units, _strata(y, task), shares=shares, task=task, rng=rng)
        how = _told(units, task, bonds)
    _require_parts(parts, shares)
    return Split(
        train=np.flatnonzero(parts == _TRAIN),
        validation=np.flatnonzero(parts == _VALIDATION),
        test=np.flatnonzero(parts == _TEST),
        how=how,
    )


def folds(
    table: Table,
    y: npt.NDArray[Any],
    *,
    task: Task,
    n_folds: int,
    bonds: Bonds,
    rng: np.random.Generator,
) -> list[tuple[IntArray, IntArray]]:
    """Return for each fold the rows that teach and the rows that are held out, ascending.

    The same rules as for `split`. A class whose rows all stand in one unit teaches in every fold
    and is never held out; every other row is held out once. With a time column, all rows before
    those that a fold holds out teach it.

    Raises:
        InvalidValue: if there are fewer than two folds.
        TooFewRows: if there are fewer rows, or rows that may be parted, than folds.
    """
    if n_folds < 2:
        raise InvalidValue(
            f"Cross-validation needs 2 folds at least, not {n_folds}.", fix="Set --cv 5."
        )
    if table.n_rows < n_folds:
        raise _too_few_for_folds(table.n_rows, "rows", n_folds)
    if bonds.time is not None:
        _refuse_group(bonds.group)
        return _folds_in_order(moments_of(table, bonds.time), n_folds)
    units = RowUnits.of(table, bonds)
    strata = _strata(y, task)
    lonely = units.lonely(strata) if task.is_classification else np.zeros(units.n_units, bool)
    order = _shuffled(units, units.strata(strata), rng)
    order = order[~lonely[order]]
    if len(order) < n_folds:
        raise _too_few_for_folds(len(order), "groups of rows that may be parted", n_folds)
    fold_of_unit = np.full(units.n_units, -1, dtype=np.int64)
    fold_of_unit[order] = np.arange(len(order)) % n_folds
    fold = fold_of_unit[units.of_row]
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds)]


def carve(
    table: Table,
    y: npt.NDArray[Any],
    *,
    task: Task,
    share: float,
    bonds: Bonds,
    rng: np.random.Generator,
) -> tuple[IntArray, IntArray]:
    """Part training rows into those that teach and the `share` that stops the fit early.

    The same rules as for `split`.

    Returns:
        Ascending positions. None stop the fit where the rows are too few to be parted.
    """
    everything = np.arange(table.n_rows)
    if table.n_rows * share < 1:
        return everything, everything[:0]
    shares = Shares(1 - share, share, 0.0)
    if bonds.time is not None:
        parts = _deal_in_order(moments_of(table, bonds.time), shares)
    else:
        units = RowUnits.of(table, bonds)
        parts = _deal(units, _strata(y, task), shares=shares, task=task, rng=rng)
    if not _is_complete(parts, shares):
        return everything, everything[:0]
    return np.flatnonzero(parts == _TRAIN), np.flatnonzero(parts == _VALIDATION)


def _strata(y: npt.NDArray[Any], task: Task) -> IntArray:
    if task.is_classification:
        return y.astype(np.int64, copy=False)
    n_bands = int(np.clip(len(y) // _ROWS_PER_BAND, 1, _MAX_BANDS))
    edges = np.unique(np.quantile(y, np.arange(1, n_bands) / n_bands))
    return np.searchsorted(edges, y, side="right").astype(np.int64)


def _shuffled(units: RowUnits, stratum: IntArray, rng: np.random.Generator) -> IntArray:
    """Return the units stratum by stratum, large ones first, those of one size in random order."""
    return np.lexsort((rng.random(units.n_units), -units.sizes, stratum))


def _deal(
    units: RowUnits,
    strata: IntArray,
    *,
    shares: Shares,
    task: Task,
    rng: np.random.Generator,
) -> PartArray:
    """Return the part of each row."""
    stratum = units.strata(strata)
    order = np.lexsort((rng.random(units.n_units), stratum))
    part_of_unit = np.empty(units.n_units, dtype=np.int8)
    part_of_unit[order] = _cut(units.sizes[order], stratum[order], shares, task=task)
    if not _is_complete(part_of_unit, shares):
        # So few units that strata leave a part empty: deal them without.
        order = rng.permutation(units.n_units)
        whole = np.zeros_like(stratum)
        part_of_unit[order] = _cut(units.sizes[order], whole, shares, task=Task.REGRESSION)
    is_bound = np.zeros(units.n_units, dtype=bool)
    if task.is_classification:
        # The only unit that holds a class must teach it.
        is_bound, n_strata = units.lonely(strata), int(strata.max()) + 1
        n_taught = np.bincount(strata[part_of_unit[units.of_row] == _TRAIN], minlength=n_strata)
        for label in np.flatnonzero((np.bincount(strata) > 0) & (n_taught == 0)).tolist():
            part_of_unit[units.smallest_holding(label, strata)] = _TRAIN
    _fill_empty(part_of_unit, units.sizes, is_bound, shares)
    parts: PartArray = part_of_unit[units.of_row]
    return parts


def _cut(sizes: IntArray, stratum: IntArray, shares: Shares, *, task: Task) -> PartArray:
    """Return the part of each unit, where units come in dealing order, stratum by stratum.

    Each stratum is cut into train, test and validation rows. What rounding takes from one stratum
    the next gives back, so that the whole keeps its shares.
    """
    starts = np.append(0, np.flatnonzero(stratum[1:] != stratum[:-1]) + 1)
    ends = np.append(starts[1:], len(sizes))
    cumulated = np.cumsum(sizes)
    upto = np.append(0, cumulated[ends - 1])
    n_train = np.diff(np.rint(upto * shares.train))
    n_kept = np.diff(np.rint(upto * (1 - shares.validation)))
    if task.is_classification:
        # Each class teaches with one unit at least, and what rounding takes from the test of a rare
        # one it gives back, where the parts keep their shares all the same.
        n_rows, first = np.diff(upto), sizes[starts]
        n_train = np.maximum(n_train, first)
        is_due = (n_rows * shares.test >= 1 - _ROUNDING) & (n_kept <= n_train) & (n_rows > first)
        is_due &= is_due.sum() <= _MOST_GIVEN_BACK * len(sizes)
        # It is taken from those that teach, where they are more than their share, else from others.
        n_train = n_train - (is_due & (n_train > n_rows * shares.train) & (n_train > first))
        n_kept = np.maximum(n_kept, n_train + is_due)
    part = np.full(len(sizes), _TEST, dtype=np.int8)
    for at, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        middle = cumulated[start:end] - sizes[start:end] / 2 - upto[at]
        part[start:end][middle < n_train[at]] = _TRAIN
        part[start:end][middle >= n_kept[at]] = _VALIDATION
    return part


def _fill_empty(
    part_of_unit: PartArray, sizes: IntArray, is_bound: npt.NDArray[np.bool_], shares: Shares
) -> None:
    """Give each empty part that has a share the smallest free unit of the fullest part."""
    for part in _wanted(shares):
        if not np.any(part_of_unit == part):
            is_owned = part_of_unit == np.bincount(part_of_unit).argmax()
            free = np.flatnonzero(is_owned & ~is_bound)
            if is_owned.sum() > 1 and len(free):
                part_of_unit[free[np.argmin(sizes[free])]] = part


def _deal_in_order(moments: IntArray, shares: Shares) -> PartArray:
    counts = np.bincount(moments)
    middle = (np.cumsum(counts) - counts / 2) / len(moments)
    part_of_moment = np.full(len(counts), _TRAIN, dtype=np.int8)
    part_of_moment[middle >= shares.train] = _VALIDATION
    part_of_moment[middle >= shares.train + shares.validation - _ROUNDING] = _TEST
    return part_of_moment[moments]


def _folds_in_order(moments: IntArray, n_folds: int) -> list[tuple[IntArray, IntArray]]:
    counts = np.bincount(moments)
    if len(counts) <= n_folds:
        raise _too_few_for_folds(len(counts), "moments, one of which must come first", n_folds)
    middle = (np.cumsum(counts) - counts / 2) / len(moments)
    block = np.minimum((middle * (n_folds + 1)).astype(np.int64), n_folds)[moments]
    dealt = [(np.flatnonzero(block < k), np.flatnonzero(block == k)) for k in range(1, n_folds + 1)]
    if any(not len(held) or not len(taught) for taught, held in dealt):
        raise _too_few_for_folds(len(counts), "moments, and some of them hold most rows", n_folds)
    return dealt


def _wanted(shares: Shares) -> list[int]:
    """Return the parts that must not stay empty, the most needed first."""
    asked = ((_TRAIN, shares.train), (_TEST, shares.test), (_VALIDATION, shares.validation))
    return [part for part, share in asked if share > 0]


def _is_complete(parts: PartArray, shares: Shares) -> bool:
    return all(bool((parts == part).any()) for part in _wanted(shares))


def _require_shares(shares: Shares) -> None:
    if not shares.are_whole:
        raise InvalidValue(
            "The shares of train, validation and test must be 0 or more and sum to 1; they are "
            f"{shares.train}, {shares.validation} and {shares.test}.",
            fix="Use 0.7, 0.1 and 0.2, for example.",
        )
    if not shares.train or not shares.test:
        raise InvalidValue(
            "The shares of train and test must be above 0: without test rows a model's quality "
            "is not known.",
            fix="Use 0.7, 0.1 and 0.2, for example.",
        )


def require_rows(n_rows: int, shares: Shares) -> None:
    """Refuse a table that is too small for its shares.

    Args:
        n_rows: rows whose target is known.
        shares: of the rows.

    Raises:
        InvalidValue: if the shares do not sum to 1.
        TooFewRows: if a part would stay empty, with the minimum.
    """
    _require_shares(shares)
    smallest = min(s for s in (shares.train, shares.validation, shares.test) if s > 0)
    minimum = int(np.ceil(1 / smallest - _ROUNDING))
    if n_rows < minimum:
        raise TooFewRows(
            f"Rows with a target: {n_rows}, which are too few: shares of {shares.train}, "
            f"{shares.validation} and {shares.test} need at least {minimum} rows.",
            fix="Add rows, or give the smallest part a larger share.",
        )


def _require_parts(parts: PartArray, shares: Shares) -> None:
    if not _is_complete(parts, shares):
        n_parts = len(_wanted(shares))
        raise TooFewRows(
            f"The {len(parts)} rows cannot be dealt into {n_parts} parts: rows that are equal in "
            f"every feature, or share a group or a moment, must stay together, and at least "
            f"{n_parts} such groups of similar size are needed.",
            fix="Add rows, or features that tell the rows apart.",
        )


def _refuse_group(group: str | None) -> None:
    if group is not None:
        raise InvalidValue(
            "Rows are split by a group or by time, not by both.",
            fix="Leave out --group or --time.",
            column=group,
        )


def _too_few_for_folds(n_found: int, what: str, n_folds: int) -> TooFewRows:
    return TooFewRows(
        f"{n_folds} folds need more: there are only {n_found} {what}.",
        fix=f"Use {n_found} folds at most, or add rows." if n_found > 1 else "Add rows.",
    )


def _told(units: RowUnits, task: Task, bonds: Bonds) -> str:
    by = "class" if task.is_classification else "band of the target"
    if bonds.group is not None:
        return f"Dealt at random by {by}; rows of one '{bonds.group}' stay together"
    if not bonds.features:
        return (
            f"Dealt at random by {by}; the features have fewer different combinations than there "
            "are rows, so equal rows are no repeats and stand in every part"
        )
    n_together = int(units.sizes[units.sizes > 1].sum())
    if not n_together:
        return f"Dealt at random by {by}"
    return (
        f"Dealt at random by {by}; {n_together:,} rows that are not alone in their features stay "
        "with their equals"
    )
