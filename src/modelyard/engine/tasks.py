"""Finds out what a target asks for, and turns its values into what an algorithm learns from."""

from typing import Any

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.errors import TargetError
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Label, Task
from modelyard.domain.values import LARGEST_NUMBER

# Up to this many different whole numbers, each repeated as often as below, are read as classes:
# wine grades (7 values) are, ages and counts of bikes are not. A user overrules it by --task.
_MAX_NUMBER_CLASSES = 20
_MIN_ROWS_PER_NUMBER_CLASS = 5
# Texts that are nearly all different name their rows, they do not sort them into classes.
_MIN_ROWS_PER_TEXT_CLASS = 1.5
_FEW = 20
_N_SHOWN = 5


def find_task(table: Table, target: str) -> tuple[Task, str]:
    """Return the task that the target's values suggest, and why, in words for the user.

    Raises:
        MissingColumns: if there is no such column, with the nearest name.
        TargetError: if no task can be learned from the column.
    """
    column = table.column(target)
    n_known = len(rows_with_target(table, target))
    values = _distinct(table, target)
    if column.kind.is_string:
        _require_classes(column, values, n_known=n_known)
        return _classes(len(values)), f"it holds {_count(values, 'different text')}"
    if column.kind is ColumnKind.BOOLEAN:
        return Task.BINARY, "it holds yes and no"
    if column.kind not in {ColumnKind.INTEGER, ColumnKind.NUMERIC}:
        raise _unfit(column)
    if not _are_whole(values):
        _require_numbers(column, values)
        return Task.REGRESSION, f"it holds {_count(values, 'different number')}, not all whole"
    counted = _count(values, "different whole number")
    few = len(values) <= _MAX_NUMBER_CLASSES
    if len(values) <= 2 or (few and n_known >= _MIN_ROWS_PER_NUMBER_CLASS * len(values)):
        return _classes(len(values)), f"it holds only {counted} in {n_known} rows"
    _require_numbers(column, values)
    return Task.REGRESSION, f"it holds {counted} in {n_known} rows"


def check_task(table: Table, target: str, *, task: Task) -> str:
    """Refuse a task that the target's values do not allow.

    Returns:
        Why it is this one, in words for the user.

    Raises:
        MissingColumns: if there is no such column, with the nearest name.
        TargetError: if the task cannot be learned from the column.
    """
    column = table.column(target)
    if column.kind not in {ColumnKind.INTEGER, ColumnKind.NUMERIC, ColumnKind.BOOLEAN} and (
        not column.kind.is_string
    ):
        raise _unfit(column)
    n_known = len(rows_with_target(table, target))
    values = _distinct(table, target)
    if task is Task.REGRESSION:
        _require_numbers(column, values)
        as_numbers = "; yes counts as 1 and no as 0" if column.kind is ColumnKind.BOOLEAN else ""
        return f"chosen by the user{as_numbers}"
    _require_classes(column, values, n_known=n_known)
    if not column.kind.is_string and not _are_whole(values):
        raise TargetError(
            f"The task {task} needs classes, but '{target}' holds numbers that are not whole.",
            fix="Use --task regression, or put the numbers into named bands first.",
            column=target,
            sample=_shown(value for value in values if not float(value).is_integer()),
        )
    if task is Task.BINARY and len(values) > 2:
        raise TargetError(
            f"The task binary needs two classes, but '{target}' holds {len(values)}.",
            fix="Use --task multiclass.",
            column=target,
            sample=_shown(values),
        )
    return "chosen by the user"


def rows_with_target(table: Table, target: str) -> npt.NDArray[np.int64]:
    """Return the zero-based positions of the rows whose target is known, ascending.

    Raises:
        TargetError: if there is none.
    """
    table.column(target)
    rows = np.flatnonzero(table.frame[target].is_not_null().to_numpy())
    if not len(rows):
        raise TargetError(
            f"The target '{target}' is missing in all {table.n_rows} rows.",
            fix="Choose another target, or fill in the known answers.",
            column=target,
        )
    return rows


def labels_of(table: Table, target: str, *, task: Task) -> tuple[Label, ...]:
    """Return the classes in ascending order, typed as in the table; none for regression.

    Floats that are whole become integers: a column of 0 and 1 with gaps is read as floats.

    Raises:
        TargetError: if fewer than two classes are there.
    """
    if not task.is_classification:
        return ()
    labels = tuple(sorted(_label(value) for value in _distinct(table, target)))
    if len(labels) < 2:
        only = f"only the class {labels[0]!r}" if labels else "no class"
        raise TargetError(
            f"The target '{target}' holds {only}; at least two classes are needed to learn from.",
            fix="Add rows of another class, or choose another target.",
            column=target,
            sample=_shown(labels) or None,
        )
    return labels


def encode_target(
    table: Table, target: str, *, task: Task, labels: tuple[Label, ...]
) -> npt.NDArray[Any]:
    """Return the target as (n,) int64 positions in `labels`, or as (n,) float64 for regression.

    Raises:
        TargetError: if a value is missing or is none of the labels; it names the row.
    """
    _require_known(table, target)
    if not task.is_classification:
        _require_numbers(table.column(target), _distinct(table, target))
        return table.numbers(target)
    places = {label: place for place, label in enumerate(labels)}
    values = [_label(value) for value in table.frame[target].unique(maintain_order=True)]
    codes = table.codes(target)
    for code, value in enumerate(values):
        if value not in places:
            raise TargetError(
                f"The target '{target}' holds a class that the model does not know.",
                fix=f"Known classes: {_shown(labels)}. Leave out rows of other classes.",
                row=int(np.argmax(codes == code)) + 1,
                column=target,
                sample=str(value),
            )
    return np.array([places[value] for value in values], dtype=np.int64)[codes]


def _distinct(table: Table, name: str) -> list[Any]:
    """Return the different values, NaN and missing left out, in the order of appearance."""
    return table.frame[name].unique(maintain_order=True).drop_nulls().to_list()


def _label(value: Any) -> Label:
    label: Label = int(value) if isinstance(value, float) and value.is_integer() else value
    return label


def _are_whole(values: list[Any]) -> bool:
    return all(float(value).is_integer() for value in values)


def _classes(n_classes: int) -> Task:
    return Task.BINARY if n_classes <= 2 else Task.MULTICLASS


def _require_known(table: Table, target: str) -> None:
    table.column(target)
    missing = table.frame[target].is_null()
    if missing.any():
        raise TargetError(
            f"The target '{target}' is missing in {missing.sum()} rows.",
            fix="Leave out rows without a target.",
            row=int(np.argmax(missing.to_numpy())) + 1,
            column=target,
        )


def _require_classes(column: Column, values: list[Any], *, n_known: int) -> None:
    if len(values) > _FEW and n_known < _MIN_ROWS_PER_TEXT_CLASS * len(values):
        raise TargetError(
            f"'{column.name}' cannot be sorted into classes: its {n_known} rows hold {len(values)} "
            f"different values. {_read_as(column)}",
            fix="Choose a target whose values repeat, or write its numbers plainly.",
            column=column.name,
            sample=_shown(values),
        )


def _require_numbers(column: Column, values: list[Any]) -> None:
    if column.kind not in {ColumnKind.INTEGER, ColumnKind.NUMERIC, ColumnKind.BOOLEAN}:
        raise TargetError(
            f"The task regression needs numbers, but '{column.name}' holds {column.kind} values. "
            f"{_read_as(column)}",
            fix="Write its numbers plainly, or use --task binary or --task multiclass.",
            column=column.name,
            sample=_shown(values),
        )
    huge = [value for value in values if abs(value) > LARGEST_NUMBER]
    if huge:
        raise TargetError(
            f"'{column.name}' holds numbers too large to sum, such as {huge[0]:g}.",
            fix=f"Write them in a larger unit: beyond {LARGEST_NUMBER:g} no error can be measured.",
            column=column.name,
            sample=_shown(huge),
        )


def _read_as(column: Column) -> str:
    """Say why the column is of its kind, which is where a number that was not seen shows."""
    reason = f": {column.reason}" if column.reason else "."
    return f"It was read as {column.kind}{reason}"


def _unfit(column: Column) -> TargetError:
    return TargetError(
        f"'{column.name}' cannot be a target: a model answers with a class or a number, and this "
        f"column holds {column.kind} values.",
        fix="Choose another target, or turn it into a number first.",
        column=column.name,
    )


def _count(values: list[Any], noun: str) -> str:
    return f"{len(values):,} {noun}{'' if len(values) == 1 else 's'}"


def _shown(values: Any) -> str:
    return ", ".join(str(value) for value in list(values)[:_N_SHOWN])
