"""Gives the columns of a raw table their kinds: found from the values, or as training saw them."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import polars as pl

from modelyard.domain.cells import missing_tokens_of
from modelyard.domain.columns import Column, ColumnKind, InputColumn
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import InvalidValue, MissingColumns, UnparseableValue
from modelyard.domain.headers import bare_fix
from modelyard.domain.number_formats import NumberFormat
from modelyard.domain.tables import Known, RawTable, SourceFacts, Table
from modelyard.domain.values import Grammar
from modelyard.engine.kinds.casting import (
    cast_mixed,
    cast_text,
    cast_typed,
    require_table_kind,
)
from modelyard.engine.kinds.cells import TextCells, read_numbers, text_cells
from modelyard.engine.kinds.dates import find_datetime_format
from modelyard.engine.kinds.finding import Typed, find_kind, format_reason, truth_words
from modelyard.engine.kinds.mixed import is_mixed, settled
from modelyard.engine.kinds.number_formats import asked_number_format
from modelyard.engine.kinds.plain import read_plain, read_plain_as
from modelyard.engine.kinds.sequences import read_sequences
from modelyard.engine.kinds.typed import find_typed_kind, is_categorical, is_text, without_marked
from modelyard.kit.matching import nearest

Typing = Callable[[RawTable, ReadOptions], Table]

_MAX_NAMED = 5
# Cells that are read in one call: fewer cost more calls, more cost memory.
_BLOCK_CELLS = 1_000_000


def type_table(raw: RawTable, options: ReadOptions) -> Table:
    """Return the table with the kind of each column, found from its values.

    Args:
        raw: as a source delivers it.
        options: `kinds` overrides what would be found, `missing_tokens` what means missing.

    Returns:
        The typed table. `Column.reason` says why a kind was chosen, `Column.n_nonfinite` counts
        the cells that were not finite and are missing now, and the notes of `facts` name the
        tokens that were read as missing, with the columns where they were met.

    Raises:
        UnparseableValue: if a cell does not fit a kind that the options impose.
        MissingColumns: if the options name a column that is not there.
        DataError: if a column's type has no kind.
    """
    known = raw.known
    made = [name for name in options.sequences.names if name in raw.frame.columns]
    laid = dict.fromkeys(made, ColumnKind.SEQUENCE)
    options = replace(options, kinds={**laid, **options.kinds})
    named = (*options.kinds, *options.missing_in, *options.date_formats)
    _require([n for n in named if not options.sequences.uses_up(n)], raw.frame.columns)
    for name, kind in options.kinds.items():
        if name not in known.kinds:
            require_table_kind(name, kind)
    tokens = missing_tokens_of(options.missing_tokens)
    dialect = (tokens, raw.facts.decimal or ".")
    pending, facts, coded = deque(raw.frame.get_columns()), raw.facts, raw.coded
    # Where nobody else holds the table, the text of a column is gone as soon as it is read.
    del raw
    typed: list[Typed] = []
    while pending:
        typed += _read_some(pending, coded, options, dialect=dialect, known=known)
    notes = (*facts.notes, *_token_notes(typed), *_doubt_notes(typed))
    return _table(typed, replace(facts, missing_tokens=tokens, notes=notes), known)


def conform(raw: RawTable, inputs: Sequence[InputColumn | Column]) -> Table:
    """Return the columns that a model takes, read as the kinds that training saw.

    The target of an evaluation is one more entry of `inputs`. Columns that are not in `inputs` are
    left out. A column of whole numbers that now holds a fraction becomes NUMERIC.

    Args:
        raw: rows to predict; its `facts` state the missing tokens and the decimal mark.
        inputs: what to read, in the order of the result.

    Raises:
        MissingColumns: if columns are not there, with the nearest names.
        UnparseableValue: at the first cell that does not fit its column's kind.
    """
    _require([wanted.name for wanted in inputs], raw.frame.columns)
    tokens = raw.facts.missing_tokens or missing_tokens_of(None)
    decimal = raw.facts.decimal or "."
    plain = _plain(raw, inputs, tokens, decimal=decimal)
    typed = []
    for wanted in inputs:
        if wanted.name in plain:
            typed.append(plain[wanted.name])
            continue
        if wanted.kind is ColumnKind.IMAGE:
            _require_pictures(wanted.name, raw.known)
        if raw.known.kinds.get(wanted.name) is wanted.kind:
            typed.append(_as_told(raw.frame[wanted.name], raw.known.kinds))
            continue
        own = (*tokens, *wanted.missing_words)
        grammar = Grammar.of(own, decimal)
        column = _as_trained(wanted, raw.facts)
        series = raw.column(wanted.name)
        if wanted.kind is ColumnKind.SEQUENCE:
            typed.append(read_sequences(series, column, grammar=grammar))
        elif is_mixed(series):
            typed.append(cast_mixed(series, column, grammar=grammar))
        elif is_text(series):
            typed.append(cast_text(text_cells(series, own, decimal=decimal), column))
        else:
            typed.append(cast_typed(series, column, grammar=grammar))
    return _table(typed, raw.facts, raw.known)


def _plain(
    raw: RawTable, inputs: Sequence[InputColumn | Column], tokens: tuple[str, ...], *, decimal: str
) -> dict[str, Typed]:
    """Return by name the columns of plain numbers, of which nothing is to be asked one by one."""
    names = deque(
        wanted
        for wanted in inputs
        if wanted.kind in {ColumnKind.NUMERIC, ColumnKind.INTEGER}
        and not wanted.number_format
        and not wanted.missing_words
        and wanted.name not in raw.known.kinds
        and raw.is_text(wanted.name)
    )
    n_columns = max(1, _BLOCK_CELLS // max(1, raw.frame.height))
    found: dict[str, Typed] = {}
    while names:
        taken = [names.popleft() for _ in range(min(n_columns, len(names)))]
        columns = [(raw.column(each.name), _as_trained(each, raw.facts)) for each in taken]
        found |= read_plain_as(columns, tokens, decimal=decimal)
    return found


def _as_trained(wanted: InputColumn | Column, facts: SourceFacts) -> Column:
    return Column(
        wanted.name,
        wanted.kind,
        true_words=wanted.true_words,
        false_words=wanted.false_words,
        datetime_format=wanted.datetime_format,
        reason="As in the training.",
        missing_words=wanted.missing_words,
        number_format=_format_here(wanted, facts),
    )


def _format_here(wanted: InputColumn | Column, facts: SourceFacts) -> str:
    """Return how the rows write the numbers of a column: with their own mark, as all others."""
    if not (wanted.number_format and facts.has_other_mark and facts.decimal):
        return wanted.number_format
    return str(NumberFormat.read(wanted.number_format).in_mark(facts.decimal))


def _read_some(
    pending: deque[pl.Series],
    coded: frozenset[str],
    options: ReadOptions,
    *,
    dialect: tuple[tuple[str, ...], str],
    known: Known,
) -> list[Typed]:
    """Take the first columns, as many as are read at a time, and read them.

    Args:
        pending: columns that are left.
        coded: names of those whose text is held as codes.
        options: what the user says.
        dialect: words for missing, and the decimal mark.
        known: what the source knows of columns.
    """
    n_columns = max(1, _BLOCK_CELLS // max(1, len(pending[0])))
    taken = [pending.popleft() for _ in range(min(n_columns, len(pending)))]
    columns = [each.cast(pl.String) if each.name in coded else each for each in taken]
    del taken
    told = {
        name: kind for name, kind in known.kinds.items() if options.kinds.get(name, kind) is kind
    }
    chosen = {*options.kinds, *options.date_formats, *options.missing_in, *told}
    free = [each for each in columns if each.dtype == pl.String and each.name not in chosen]
    plain = read_plain(free, dialect[0], decimal=dialect[1])
    plain |= {each.name: _as_told(each, told) for each in columns if each.name in told}
    return [plain.get(each.name) or _read_as(each, options, dialect) for each in columns]


def _as_told(series: pl.Series, kinds: Mapping[str, ColumnKind]) -> Typed:
    column = Column(series.name, kinds[series.name], reason="The source says so.")
    return Typed(column, series, {})


def _read_as(
    series: pl.Series, options: ReadOptions, dialect: tuple[tuple[str, ...], str]
) -> Typed:
    """Read one column, with the words for missing and the format of dates that are its own."""
    own = tuple(options.missing_in.get(series.name, ()))
    tokens, decimal = (*dialect[0], *own), dialect[1]
    wanted_format = options.date_formats.get(series.name)
    if wanted_format is not None and is_text(series):
        asked = _asked(series.name, ColumnKind.DATETIME)
        cells = text_cells(series, tokens, decimal=decimal)
        typed = cast_text(cells, replace(asked, datetime_format=wanted_format))
    elif options.kinds.get(series.name) is ColumnKind.SEQUENCE:
        asked = _asked(series.name, ColumnKind.SEQUENCE)
        typed = read_sequences(series, asked, grammar=Grammar.of(tokens, decimal))
    else:
        typed = _find(series, (tokens, decimal), options.kinds.get(series.name))
    return replace(typed, column=replace(typed.column, missing_words=own)) if own else typed


def _find(
    series: pl.Series, dialect: tuple[tuple[str, ...], str], kind: ColumnKind | None
) -> Typed:
    tokens, decimal = dialect
    if kind is not None and kind.is_string and is_mixed(series):
        return cast_mixed(series, _asked(series.name, kind), grammar=Grammar.of(tokens, decimal))
    series = settled(series)
    if not is_text(series):
        grammar = Grammar.of(tokens, decimal)
        if kind is None:
            return find_typed_kind(without_marked(series, grammar.marked))
        return cast_typed(series, _asked(series.name, kind), grammar=grammar, must_be_whole=True)
    cells = text_cells(series, tokens, decimal=decimal)
    if kind is None and is_categorical(series):
        reason = "The column's type is categorical."
        return cast_text(cells, Column(series.name, ColumnKind.CATEGORY, reason=reason))
    if kind is None:
        return find_kind(cells)
    wanted = _asked(series.name, kind)
    if kind is ColumnKind.BOOLEAN:
        true_words, false_words = truth_words(cells.text.drop_nulls())
        wanted = replace(wanted, true_words=true_words, false_words=false_words)
    if kind is ColumnKind.DATETIME:
        wanted = replace(wanted, datetime_format=_asked_format(cells))
    if kind in {ColumnKind.NUMERIC, ColumnKind.INTEGER} and read_numbers(cells).n_bad:
        wanted = _asked_numbers(cells, wanted)
    return cast_text(cells, wanted, must_be_whole=True)


def _asked(name: str, kind: ColumnKind) -> Column:
    return Column(name, kind, reason="You asked for this kind.")


def _asked_format(cells: TextCells) -> str | None:
    distinct = cells.text.drop_nulls().unique(maintain_order=True).to_list()
    finding = find_datetime_format(distinct)
    if not finding.is_date and finding.is_ambiguous:
        raise UnparseableValue(
            f"Column '{cells.name}' cannot be read as dates. {finding.reason}",
            fix=f"Write every date of '{cells.name}' as YYYY-MM-DD, or read it as a category.",
            column=cells.name,
            sample=distinct[0],
        )
    return finding.datetime_format


def _asked_numbers(cells: TextCells, wanted: Column) -> Column:
    """Return the column with the format of its numbers, where they are not written plainly."""
    number_format = asked_number_format(cells)
    if number_format is None:
        return wanted
    reason = f"{wanted.reason} {format_reason(number_format)}"
    return replace(wanted, number_format=str(number_format), reason=reason)


def _require(names: Sequence[str], present: Sequence[str]) -> None:
    there = set(present)
    missing = [name for name in names if name not in there]
    if not missing:
        return
    guesses = {name: nearest(name, present) for name in missing}
    hints = [f"'{guess}' for '{name}'" for name, guess in guesses.items() if guess is not None]
    listed = ", ".join(f"'{name}'" for name in missing)
    noun = "column" if len(missing) == 1 else "columns"
    fix = bare_fix(missing) or "Add what is missing to the table."
    if hints:
        fix = f"Did you mean {', '.join(hints)}?"
    if len(present) == 1:
        fix = f"{fix} If '{present[0]}' holds several columns, name the delimiter that parts them."
    raise MissingColumns(
        f"The table lacks the {noun} {listed}.",
        fix=fix,
        column=missing[0],
    )


def _require_pictures(name: str, known: Known) -> None:
    if name not in known.albums:
        raise InvalidValue(
            f"Column '{name}' must hold pictures.",
            fix="Give a folder or a zip file of pictures, or a table with their paths.",
            column=name,
        )


def _table(typed: Sequence[Typed], facts: SourceFacts, known: Known) -> Table:
    frame = pl.DataFrame([one.values.alias(one.column.name) for one in typed])
    return Table(frame, tuple(one.column for one in typed), facts, known)


def _token_notes(typed: Sequence[Typed]) -> list[str]:
    counts: dict[str, int] = {}
    places: dict[str, list[str]] = {}
    for one in typed:
        for token, count in one.met.items():
            counts[token] = counts.get(token, 0) + count
            places.setdefault(token, []).append(f"'{one.column.name}'")
    return [_token_note(token, counts[token], places[token]) for token in sorted(counts)]


def _token_note(token: str, count: int, names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    shown = ", ".join(names[:_MAX_NAMED]) + more
    cells = "1 cell" if count == 1 else f"{count:,} cells"
    return (
        f"'{token}' was read as missing in {cells} of {shown}; where it is a value, name the "
        f"tokens that mean missing yourself."
    )


def _doubt_notes(typed: Sequence[Typed]) -> list[str]:
    return [f"Column '{one.column.name}': {one.doubt}" for one in typed if one.doubt]
