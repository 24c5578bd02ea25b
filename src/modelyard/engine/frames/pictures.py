"""Finds the pictures that a column of a table names by their paths, or holds as bytes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError, UnreadablePicture, UsageError
from modelyard.domain.misfits import unfit_cell
from modelyard.domain.pictures import IMAGE_COLUMN, Album
from modelyard.domain.tables import RawTable
from modelyard.domain.values import plain_value
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.runtime.pictures.looking import album_of
from modelyard.runtime.pictures.places import Folder
from modelyard.runtime.pictures.requests import content_of

# Columns in memory that may hold pictures, in one way or in several.
_HELD = (pl.String, pl.Object, pl.Null)


def with_bytes(frame: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    """Return a table that is no file, the pictures in columns of kind IMAGE as bytes.

    They may be any bytes, base64 or data URLs. A column with a cell that is none of them keeps it,
    and is of type Object.
    """
    asked = [name for name, kind in options.kinds.items() if kind is ColumnKind.IMAGE]
    held = [name for name in asked if frame.schema.get(name) in _HELD]
    return frame.with_columns([_held(frame[name]) for name in held])


def with_pictures(raw: RawTable, options: ReadOptions, *, root: Path | None) -> RawTable:
    """Return a table whose columns of kind IMAGE hold pictures.

    Args:
        raw: as its source delivered it.
        options: name the columns.
        root: folder of the table's file, which paths begin in and do not leave; None for a table
            that is no file, in which pictures are bytes.

    Raises:
        UsageError: if a column holds neither bytes nor paths that begin somewhere.
    """
    asked = [name for name, kind in options.kinds.items() if kind is ColumnKind.IMAGE]
    for name in asked:
        if name in raw.frame.columns and name not in raw.known.albums:
            raw = _with_pictures_in(raw, name, root, sets_aside=options.sets_aside)
    return raw


def called_as(raw: RawTable, name: str) -> RawTable:
    """Return the table of a folder or an archive of pictures, its pictures called otherwise."""

    def renamed(told: Mapping[str, Any]) -> dict[str, Any]:
        return {name if key == IMAGE_COLUMN else key: each for key, each in told.items()}

    kinds, albums = renamed(raw.known.kinds), renamed(raw.known.albums)
    frame = raw.frame.rename({IMAGE_COLUMN: name})
    return replace(raw, frame=frame, known=replace(raw.known, kinds=kinds, albums=albums))


def _held(values: pl.Series) -> pl.Series:
    cells = [_content(cell) for cell in values.to_list()]
    is_whole = all(cell is None or isinstance(cell, bytes) for cell in cells)
    return pl.Series(values.name, cells, dtype=pl.Binary if is_whole else pl.Object)


def _content(cell: Any) -> Any:
    """Return the bytes that a cell stands for, None where it is missing, or the misfit itself."""
    try:
        return content_of(cell) or (None if isinstance(cell, str) else b"")
    except ValueError:
        return None if _is_missing(cell) else cell


def _is_missing(cell: Any) -> bool:
    try:
        plain = plain_value(cell)
    except ValueError:
        return False
    return plain is None or plain != plain  # noqa: PLR0124 -- NaN


def _with_pictures_in(raw: RawTable, name: str, root: Path | None, *, sets_aside: bool) -> RawTable:
    values = raw.column(name)
    if values.dtype == pl.Object and root is None:
        misfits = _misfits(values)
        if not sets_aside:
            raise misfits[min(misfits)]
        cells = [None if at in misfits else cell for at, cell in enumerate(values.to_list())]
        raw = replace(raw, set_aside={**misfits, **raw.set_aside})
        values = pl.Series(name, cells, dtype=pl.Binary)
    names, fetch = _named(values, root)
    present = [each for each in names if each is not None]
    cells, album = album_of(present, fetch)
    found = iter(cells)
    column = [None if each is None else next(found) for each in names]
    rows = [at + 1 for at, each in enumerate(names) if each is not None and column[at] is None]
    unread = zip(album.unread, rows, strict=True)
    album = replace(album, unread=tuple(replace(each, row=row) for each, row in unread))
    known = replace(
        raw.known,
        kinds={**raw.known.kinds, name: ColumnKind.IMAGE},
        albums={**raw.known.albums, name: album},
    )
    before = raw.facts.sha256
    sha256 = sha256_of(canonical_json([before, column])) if before else ""
    return replace(
        raw,
        frame=raw.frame.with_columns(pl.Series(name, column, dtype=pl.String)),
        facts=replace(raw.facts, sha256=sha256),
        coded=raw.coded - {name},
        set_aside={**_unread(album, name), **raw.set_aside},
        known=known,
        paths={**raw.paths, **({name: values} if values.dtype == pl.String else {})},
    )


def _named(values: pl.Series, root: Path | None) -> tuple[list[str | None], Callable[[str], bytes]]:
    """Return what each picture is called, None where there is none, and what fetches them."""
    cells = values.to_list()
    if values.dtype == pl.Binary:
        names = [None if each is None else f"row {at + 1}" for at, each in enumerate(cells)]
        return names, dict(zip(names, cells, strict=True)).__getitem__
    if values.dtype == pl.String and root is not None:
        return [each or None for each in cells], Folder(root).read
    raise UsageError(
        f"Column '{values.name}' must hold the bytes of pictures, or in a file their paths "
        f"relative to it; it is of type {values.dtype}.",
        fix="Write paths into a CSV file beside the pictures, or bytes into a Parquet file.",
        column=values.name,
    )


def _misfits(values: pl.Series) -> dict[int, DataError]:
    """Return why cells are no pictures, by row."""
    cells = values.to_list()
    rows = [at for at, cell in enumerate(cells) if not isinstance(cell, bytes | None)]
    wanted, found = Column(values.name, ColumnKind.IMAGE), dict[int, DataError]()
    for at in rows:
        error = unfit_cell(wanted, cells[at], row=at + 1, misfits=rows)
        error.fix = "Give the picture itself; paths are read from a CSV file beside the pictures."
        found[at] = error
    return found


def _unread(album: Album, name: str) -> dict[int, DataError]:
    """Return why pictures cannot be read, by row."""
    return {
        unread.row - 1: UnreadablePicture(
            f"Row {unread.row}: {unread.reason}",
            fix=unread.fix,
            row=unread.row,
            column=name,
            sample=unread.name,
        )
        for unread in album.unread
        if unread.row is not None
    }
