"""Finds the pictures that a column of a table names by their paths, or holds as bytes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError, UnreadablePicture, UsageError
from modelyard.domain.pictures import Album
from modelyard.domain.tables import RawTable
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.runtime.pictures.looking import album_of
from modelyard.runtime.pictures.places import Folder


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
            raw = _with_pictures_in(raw, name, root)
    return raw


def _with_pictures_in(raw: RawTable, name: str, root: Path | None) -> RawTable:
    names, fetch = _named(raw.column(name), root)
    present = [each for each in names if each is not None]
    cells, album = album_of(present, fetch)
    found = iter(cells)
    column = [None if each is None else next(found) for each in names]
    known = replace(
        raw.known,
        kinds={**raw.known.kinds, name: ColumnKind.IMAGE},
        albums={**raw.known.albums, name: album},
    )
    facts = replace(raw.facts, sha256=sha256_of(canonical_json([raw.facts.sha256, column])))
    return replace(
        raw,
        frame=raw.frame.with_columns(pl.Series(name, column, dtype=pl.String)),
        facts=facts,
        coded=raw.coded - {name},
        set_aside={**_unread(names, column, album, name), **raw.set_aside},
        known=known,
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


def _unread(
    names: list[str | None], column: list[str | None], album: Album, name: str
) -> dict[int, DataError]:
    """Return why pictures cannot be read, by row."""
    rows = [at for at, each in enumerate(names) if each is not None and column[at] is None]
    return {
        at: UnreadablePicture(
            f"Row {at + 1}: {unread.reason}",
            fix="Write it anew.",
            row=at + 1,
            column=name,
            sample=unread.name,
        )
        for at, unread in zip(rows, album.unread, strict=True)
    }
