"""Cuts delimited text into a header and rows that have as many fields as the header names.

Where the quotes are regular the table engine reads the cells and the layout proves that it saw
every record; elsewhere the standard library's reader goes record by record.
"""

import csv
import io
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.components.sources._delimited.dialects import DELIMITERS, Dialect
from modelyard.components.sources._delimited.layouts import Layout, lay_out
from modelyard.domain.errors import MalformedRow
from modelyard.domain.headers import SAY_BARE
from modelyard.domain.tables import DELIMITER_NAMES

_MAX_SAMPLE = 80
# Of so many rows the reason is told at most; a file with more of them is broken as a whole.
_MOST_SET_ASIDE = 1_000


@dataclass(frozen=True)
class Records:
    """A header and the rows below it.

    Attributes:
        names: of the columns, as they are written; empty where there is no header.
        frame: as many columns as names, with placeholders for their own names; each cell a String,
            empty where nothing is written.
        n_blank: lines without any character but white space, which are no records.
        has_quotes: whether any cell is quoted.
        drops_trailing: whether the header or every row ends in a delimiter with nothing behind it,
            which was left out.
        set_aside: zero-based rows of another width than the header, with the reason.
    """

    names: tuple[str, ...]
    frame: pl.DataFrame
    n_blank: int = 0
    has_quotes: bool = False
    drops_trailing: bool = False
    set_aside: Mapping[int, MalformedRow] = field(default_factory=dict)


def cut(content: bytes, dialect: Dialect, *, sets_aside: bool = False) -> Records:
    """Return the records of a text.

    Args:
        content: UTF-8, without byte order mark.
        dialect: as it was found.
        sets_aside: whether rows of another width are set aside, as long as they are few.

    Raises:
        MalformedRow: at the first row that has more or fewer fields than the header, or that opens
            a quote which nothing closes.
    """
    layout = lay_out(content, dialect.delimiter)
    records = None
    if layout is not None:
        records = cut_regular(layout, dialect, sets_aside=sets_aside)
    return records or _cut_one_by_one(content, dialect, sets_aside=sets_aside)


def cut_regular(
    layout: Layout, dialect: Dialect, *, n_before: int = 0, sets_aside: bool = False
) -> Records | None:
    """Cut a regular text, or return None if the table engine sees other rows than were counted.

    Args:
        layout: of the text, its header included.
        dialect: as it was found.
        n_before: rows of the file that stand before this text.
        sets_aside: see `cut`.

    Raises:
        MalformedRow: at the first row that has more or fewer fields than the header.
    """
    if not len(layout.starts):
        return Records((), pl.DataFrame(), layout.n_blank)
    names = tuple(next(_reader(layout.record(0), dialect)))
    n_fields = layout.n_fields[1:]
    text = np.frombuffer(layout.content, dtype=np.uint8)
    end_empty = bool((text[layout.ends[1:] - 1] == ord(dialect.delimiter)).all())
    settled = _settle(names, n_fields, end_empty=end_empty)
    if settled is None:
        ragged = _ragged(n_fields, len(names), sets_aside=sets_aside)
        if not ragged:
            row = int(np.flatnonzero(n_fields != len(names))[0])
            counts = (n_fields, len(names))
            raise _malformed(row, layout.record(row + 1), counts, n_before=n_before)
        told = {at: _malformed(at, layout.record(at + 1), (n_fields, len(names))) for at in ragged}
        whole = lay_out(_filled(layout, told, len(names), dialect), dialect.delimiter)
        records = None if whole is None else cut_regular(whole, dialect, n_before=n_before)
        return None if records is None else replace(records, set_aside=told)
    frame = _read_cells(layout, settled[1], dialect)
    if frame.height != n_fields.size:
        return None
    _refuse_repeated_header(names, frame, n_before=n_before)
    records = Records(names, frame, layout.n_blank, layout.has_quotes)
    return _trimmed(records, settled[0])


def _ragged(n_fields: npt.NDArray[np.int64], n_names: int, *, sets_aside: bool) -> list[int]:
    """Return the rows to set aside: none where they are so many that the file is another one."""
    rows = np.flatnonzero(n_fields != n_names)
    is_few = 2 * len(rows) < len(n_fields) and len(rows) <= _MOST_SET_ASIDE
    return rows.tolist() if sets_aside and is_few and n_names > 1 else []


def _filled(layout: Layout, rows: Container[int], n_names: int, dialect: Dialect) -> bytes:
    """Return the text with a record of the header's width in place of each of some rows."""
    content, filler = layout.content, f"-{dialect.delimiter * (n_names - 1)}".encode()
    spans = zip(layout.starts.tolist(), layout.ends.tolist(), strict=True)
    return b"\n".join(
        filler if at - 1 in rows else content[start:end] for at, (start, end) in enumerate(spans)
    )


def _cut_one_by_one(content: bytes, dialect: Dialect, *, sets_aside: bool) -> Records:
    rows: list[list[str]] = []
    n_blank = 0
    try:
        for record in _reader(content.decode("utf-8"), dialect):
            if not record or (len(record) == 1 and not record[0].strip()):
                n_blank += 1
            else:
                rows.append(record)
    except csv.Error as error:
        where = f"Row {len(rows)}" if rows else "The header"
        raise MalformedRow(
            f"{where} opens a quote that is not closed before a delimiter or the line's end.",
            fix="Close the quote; a quote within a cell is written twice.",
            row=len(rows) or None,
        ) from error
    names, body = tuple(rows[0]), rows[1:]
    n_fields = np.array([len(record) for record in body], dtype=np.int64)
    settled = _settle(names, n_fields, end_empty=all(not record[-1] for record in body))
    told: dict[int, MalformedRow] = {}
    if settled is None:
        ragged = _ragged(n_fields, len(names), sets_aside=sets_aside)
        rows_told = ragged or np.flatnonzero(n_fields != len(names))[:1].tolist()
        for at in rows_told:
            text = dialect.delimiter.join(body[at])
            told[at] = _malformed(at, text, (n_fields, len(names)))
            body[at] = ["-", *[""] * (len(names) - 1)]
        if not ragged:
            raise told[rows_told[0]]
        settled = len(names), len(names)
    cells = zip(*body, strict=True) if body else ((),) * settled[1]
    frame = pl.DataFrame(
        [pl.Series(str(at), column, dtype=pl.String) for at, column in enumerate(cells)]
    )
    _refuse_repeated_header(names, frame)
    records = Records(names, frame, n_blank, has_quotes=True, set_aside=told)
    return _trimmed(records, settled[0])


def _refuse_repeated_header(
    names: Sequence[str], frame: pl.DataFrame, *, n_before: int = 0
) -> None:
    """Refuse a row that holds the names again, as it stands where files were joined.

    Read as a row, it would turn each of its columns into words. In a single column it may be one.
    """
    if len(names) < 2 or not frame.height:
        return
    # A file that is joined to another may bring its byte order mark along.
    first = frame.to_series(0).is_in([names[0], f"\ufeff{names[0]}"])
    for at in first.arg_true().to_list():
        if frame.row(at)[1 : len(names)] == tuple(names[1:]):
            row = n_before + at + 1
            raise MalformedRow(
                f"Row {row} repeats the header.",
                fix=f"Remove the row; if the file has no header, {SAY_BARE}.",
                row=row,
                sample=",".join(names)[:_MAX_SAMPLE],
            )


def _settle(
    names: Sequence[str], n_fields: npt.NDArray[np.int64], *, end_empty: bool
) -> tuple[int, int] | None:
    """Return how many columns to keep and how many fields each row has, or None if rows differ.

    A delimiter at the end of the header alone, or of every row alone, opens no column.

    Args:
        names: the header.
        n_fields: of each row.
        end_empty: whether nothing stands behind the last delimiter of any row.
    """
    n_names = len(names)
    if (n_fields == n_names).all():
        return n_names, n_names
    if end_empty and (n_fields == n_names + 1).all():
        return n_names, n_names + 1
    if not names[-1].strip() and (n_fields == n_names - 1).all():
        return n_names - 1, n_names - 1
    return None


def _trimmed(records: Records, n_kept: int) -> Records:
    names, frame = records.names, records.frame
    if n_kept == len(names) == frame.width:
        return records
    frame = frame.select(frame.columns[:n_kept])
    return replace(records, names=names[:n_kept], frame=frame, drops_trailing=True)


def _read_cells(layout: Layout, n_fields: int, dialect: Dialect) -> pl.DataFrame:
    schema = {str(at): pl.String() for at in range(n_fields)}
    if len(layout.starts) == 1:
        return pl.DataFrame(schema=schema)
    frame = pl.read_csv(
        layout.content[int(layout.starts[1]) :],
        has_header=False,
        separator=dialect.delimiter,
        quote_char='"' if layout.has_quotes else None,
        schema=schema,
    ).fill_null("")
    return frame.select(pl.all().str.strip_chars_start(" ")) if dialect.skips_space else frame


def _reader(text: str, dialect: Dialect) -> Iterator[list[str]]:
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=dialect.delimiter,
        skipinitialspace=dialect.skips_space,
        strict=True,
    )


def _malformed(
    row: int, record: str, counts: tuple[npt.NDArray[np.int64], int], *, n_before: int = 0
) -> MalformedRow:
    """Return the error that names a row of another width than the header.

    Args:
        row: zero-based, among the rows at hand.
        record: its text.
        counts: fields of every row at hand, and names in the header.
        n_before: rows of the file that stand before them.
    """
    n_fields, n_names = counts
    found, number = int(n_fields[row]), n_before + row + 1
    expected = f"{n_names} field{'s' if n_names > 1 else ''}, as the header has"
    which, fix = f"Row {number} has", f"Mend row {number}, or quote the cell that is cut."
    if found == 1:
        fix = f"Remove row {number} if it is a note or a comment; otherwise complete it."
    if not n_before and len(n_fields) > 1 and (n_fields == found).all():
        which = "Every row has"
        fix = "Complete the header: a name for each field, in the rows' order."
    if n_names == 1:
        fix = "Remove what stands above the names of the columns: the first line is the header."
    others = [d for d in DELIMITERS if record.count(d) + 1 == n_names > 1]
    if found < n_names and others:
        other = DELIMITER_NAMES[others[0]]
        fix = f"Row {number} seems to be cut by a {other}: use one delimiter only."
    return MalformedRow(
        f"{which} {found} field{'s' if found > 1 else ''}; expected {expected}.",
        fix=fix,
        row=number,
        sample=record[:_MAX_SAMPLE],
    )
