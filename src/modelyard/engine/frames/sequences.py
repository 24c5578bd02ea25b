"""Makes sequences of items that lie side by side in a table, or one below the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import polars as pl

from modelyard.domain.cells import WHITE_SPACE, missing_tokens_of
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError, MissingColumns
from modelyard.domain.misfits import unfit_cell
from modelyard.domain.sequence_layouts import LongRows, SequenceLayout, columns_of
from modelyard.domain.sequences import number_in
from modelyard.domain.tables import RawTable, Table
from modelyard.domain.values import Grammar
from modelyard.engine.kinds.typing import type_table
from modelyard.kit.matching import suggestion

_LISTS = pl.List(pl.Float64)
_AS_FOUND: Mapping[str, ColumnKind] = MappingProxyType({})
_NO_FORMATS: Mapping[str, str] = MappingProxyType({})


def with_sequences(
    raw: RawTable,
    layout: SequenceLayout,
    *,
    sets_aside: bool,
    kinds: Mapping[str, ColumnKind] = _AS_FOUND,
    formats: Mapping[str, str] = _NO_FORMATS,
) -> RawTable:
    """Return a table in which items are sequences, as lists of numbers.

    Args:
        raw: as its source delivered it.
        layout: says which items.
        sets_aside: whether a row whose items make no sequence is set aside; it refuses the table
            elsewhere.
        kinds: column name to kind, of columns that are not read as what they look like: the one
            that orders items is looked up.
        formats: column name to the format of its dates, where it is known; as of `kinds`.

    Raises:
        MissingColumns: if the layout names a column that is not there.
        DataError: at the first row whose items make no sequence.
    """
    if layout.long is not None:
        known = ReadOptions(kinds=kinds, date_formats=formats)
        raw = _gathered(raw, layout.long, known)
    for name, of in layout.wide.items():
        columns = columns_of(name, of, present=raw.frame.columns)
        raw = _side_by_side(raw, name, columns=columns, sets_aside=sets_aside)
    return raw


def _side_by_side(
    raw: RawTable, name: str, *, columns: Sequence[str], sets_aside: bool
) -> RawTable:
    """Return a table in which columns are one sequence, which stands where the first of them did.

    Gaps behind the last item make a row's sequence shorter.
    """
    grammar, odd = _grammar_of(raw), dict[int, DataError]()
    cells = [_cells(raw.column(each)) for each in columns]
    made: list[list[float] | None] = []
    for row, items in enumerate(zip(*cells, strict=True)):
        try:
            made.append(None if row in raw.set_aside else _sequence(columns, items, grammar, row))
        except DataError as error:
            if not sets_aside:
                raise
            odd[row] = error
            made.append(None)
    parts = set(columns)
    kept = [
        pl.Series(name, made, dtype=_LISTS) if each.name == columns[0] else each
        for each in raw.frame.get_columns()
        if each.name == columns[0] or each.name not in parts
    ]
    note = f"'{columns[0]}' to '{columns[-1]}', {len(columns)} columns, are the sequence '{name}'."
    return replace(
        _noted(raw, note),
        frame=pl.DataFrame(kept),
        coded=raw.coded - parts,
        set_aside={**odd, **raw.set_aside},
    )


def _sequence(
    columns: Sequence[str], items: Sequence[object], grammar: Grammar, row: int
) -> list[float]:
    """Return the numbers of a row up to the last that is there.

    Raises:
        DataError: if one of them is no number, or missing.
    """
    numbers = [
        _number(column, item, grammar, row) for column, item in zip(columns, items, strict=True)
    ]
    while numbers and numbers[-1] is None:
        numbers.pop()
    found = [each for each in numbers if each is not None]
    if len(found) < len(numbers):
        column = columns[numbers.index(None)]
        raise DataError(
            f"Row {row + 1} has no number in column '{column}', but in one behind it: a sequence "
            "has no gaps.",
            fix="Fill the gap, or move the numbers behind it up.",
            row=row + 1,
            column=column,
        )
    return found


def _gathered(raw: RawTable, long: LongRows, known: ReadOptions) -> RawTable:
    """Return a table with one row for each id, in the order in which they first appear.

    Args:
        raw: a row an item.
        long: what belongs to what.
        known: of the column that orders the items.

    Raises:
        DataError: if an id, a time or an item is missing, two items have one time, or another
            column says different things of one id.
    """
    _require(raw.frame.columns, (long.id, long.time, *long.values))
    for error in raw.set_aside.values():
        raise error
    raw = replace(raw, frame=raw.frame.with_columns(_ids(raw, long.id)))
    times = _times(raw, long.time, known)
    items = _Items.of(raw, long, times=times.numbers(long.time))
    ids = items.frame.get_column(long.id)
    beside = [each for each in raw.frame.columns if each not in long.of_items]
    _require_one_for_each(raw, beside, items)
    firsts = ids.to_frame().with_row_index("row").group_by(long.id, maintain_order=True).first()
    taken = raw.take(firsts["row"].cast(pl.Int64).to_numpy())
    frame = taken.frame
    for name in long.values:
        frame = frame.with_columns(pl.Series(name, items.lists(raw, name), dtype=_LISTS))
    note = (
        f"{raw.frame.height:,} rows are {frame.height:,} sequences, one for each '{long.id}' and "
        f"in the order of '{long.time}'."
    )
    made = replace(taken, frame=frame.drop(long.time), coded=raw.coded - {*long.of_items})
    written = times.columns[0].datetime_format or ""
    return _noted(replace(made, facts=replace(raw.facts, time_format=written)), note)


@dataclass(frozen=True)
class _Items:
    """Rows that are items.

    Attributes:
        frame: the ids alone.
        groups: (n,) which row of sequences an item belongs to, counted as they first appear.
        order: (n,) rows, group by group and in the order of their times.
    """

    frame: pl.DataFrame
    groups: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, raw: RawTable, long: LongRows, *, times: np.ndarray) -> "_Items":
        ids = raw.column(long.id)
        for name, is_missing in ((long.id, ids.is_null().to_numpy()), (long.time, np.isnan(times))):
            if is_missing.any():
                row = int(is_missing.argmax())
                raise DataError(
                    f"Row {row + 1} has no value in column '{name}', which says where an item of "
                    "a sequence belongs.",
                    fix="Fill it, or leave the row out.",
                    row=row + 1,
                    column=name,
                )
        groups = ids.rank("dense").to_numpy() - 1
        order = np.lexsort((times, groups))
        same = (np.diff(groups[order]) == 0) & (np.diff(times[order]) == 0)
        if same.any():
            at = int(same.argmax())
            first, second = sorted(int(each) + 1 for each in order[at : at + 2])
            raise DataError(
                f"Rows {first} and {second} have one '{long.id}' and one '{long.time}': which item "
                "comes first is not known.",
                fix="Leave one of them out, or order the rows by another column.",
                row=second,
                column=long.time,
            )
        return cls(ids.to_frame(), groups, order)

    def lists(self, raw: RawTable, name: str) -> list[list[float]]:
        """Return the items of a column, a list for each group as they first appear."""
        grammar, column = _grammar_of(raw), _cells(raw.column(name))
        numbers = [_number(name, cell, grammar, row) for row, cell in enumerate(column)]
        if None in numbers:
            raise unfit_cell(Column(name, ColumnKind.NUMERIC), None, row=numbers.index(None) + 1)
        made: dict[int, list[float]] = {int(group): [] for group in self.groups}
        for row in self.order:
            number = numbers[row]
            if number is not None:
                made[int(self.groups[row])].append(number)
        return list(made.values())


def _ids(raw: RawTable, name: str) -> pl.Series:
    """Return ids without white space around them, null where a cell means missing."""
    grammar, ids = _grammar_of(raw), raw.column(name)
    if ids.dtype == pl.String:
        ids = ids.str.strip_chars(WHITE_SPACE)
        return ids.set(ids.is_in(list(grammar.missing)), None)
    if ids.dtype.is_numeric():
        ids = ids.fill_nan(None) if ids.dtype.is_float() else ids
        return ids.set(ids.cast(pl.Float64).is_in(list(grammar.marked)), None)
    return ids


def _times(raw: RawTable, name: str, known: ReadOptions) -> Table:
    """Return the column that orders items, read as numbers or dates."""
    alone = replace(raw, frame=raw.frame.select(name), coded=raw.coded & {name})
    kinds = {each: kind for each, kind in known.kinds.items() if each == name}
    formats = {each: written for each, written in known.date_formats.items() if each == name}
    tokens = raw.facts.missing_tokens or None
    asked = ReadOptions(kinds=kinds, date_formats=formats, missing_tokens=tokens)
    table = type_table(alone, asked)
    column = table.columns[0]
    if not column.kind.is_number:
        raise DataError(
            f"Column '{name}' must hold numbers or dates, which order the items of sequences; it "
            f"was read as {column.kind}. {column.reason}".rstrip(),
            fix="Name a column of numbers or dates as 'time', or say of which kind this one is.",
            column=name,
        )
    return table


def _require_one_for_each(raw: RawTable, names: Sequence[str], items: _Items) -> None:
    _, firsts = np.unique(items.groups, return_index=True)
    for name in names:
        series = raw.column(name)
        usual = series.gather(firsts[items.groups])
        differs = series.ne_missing(usual).to_numpy()
        if differs.any():
            row = int(differs.argmax())
            raise DataError(
                f"Column '{name}' must say one thing of all items of a sequence; row {row + 1} "
                f"holds {series[row]!r}, and row {int(firsts[items.groups[row]]) + 1} of the same "
                f"'{items.frame.columns[0]}' {usual[row]!r}.",
                fix=f"Make them equal, name '{name}' among the values, or leave the column out.",
                row=row + 1,
                column=name,
            )


def _number(column: str, item: object, grammar: Grammar, row: int) -> float | None:
    try:
        return number_in(item, grammar)
    except ValueError as error:
        wanted = Column(column, ColumnKind.NUMERIC)
        raise unfit_cell(wanted, item, row=row + 1, decimal=grammar.decimal) from error


def _cells(series: pl.Series) -> list[object]:
    return (series.cast(pl.Float64) if series.dtype.is_numeric() else series).to_list()


def _grammar_of(raw: RawTable) -> Grammar:
    tokens = raw.facts.missing_tokens or missing_tokens_of(None)
    return Grammar.of(tokens, raw.facts.decimal or ".")


def _noted(raw: RawTable, note: str) -> RawTable:
    return replace(raw, facts=replace(raw.facts, notes=(*raw.facts.notes, note)))


def _require(present: Sequence[str], names: Sequence[str]) -> None:
    for name in names:
        if name not in present:
            raise MissingColumns(
                f"The table lacks the column '{name}', of which sequences are to be made.",
                fix=suggestion(name, present, otherwise="Name another."),
                column=name,
            )
