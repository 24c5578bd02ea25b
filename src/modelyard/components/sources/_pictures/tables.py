"""Makes a table of files of pictures: a row for each, with its class and its part."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType

import polars as pl

from modelyard.components.sources._pictures.layouts import Layout
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError, NoRows, UnreadablePicture
from modelyard.domain.pictures import IMAGE_COLUMN, LABEL_COLUMN, Album
from modelyard.domain.tables import Known, RawTable, SourceFacts
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.kit.numerals import counted
from modelyard.runtime.pictures.looking import album_of

FILE_COLUMN, PART_COLUMN = "file", "part"
_KINDS = MappingProxyType(
    {
        FILE_COLUMN: ColumnKind.IDENTIFIER,
        IMAGE_COLUMN: ColumnKind.IMAGE,
        LABEL_COLUMN: ColumnKind.CATEGORY,
        PART_COLUMN: ColumnKind.CATEGORY,
    }
)


def table_of(
    layout: Layout,
    fetch: Callable[[str], bytes],
    *,
    location: Path,
    options: ReadOptions,
    source: str,
) -> RawTable:
    """Look at every picture, and return the table of all of them.

    A picture that cannot be read has no cell, and its row is set aside.

    Raises:
        NoRows: if there is no picture.
    """
    if not layout.files:
        raise NoRows(
            f"There is no picture in '{location.name or location}'.",
            fix="Give a folder for each class with pictures in it: cats/1.jpg, dogs/1.jpg. A zip "
            "file of pictures is read as it is, and a table unpacked: name the file.",
        )
    names = [each.name for each in layout.files]
    cells, album = album_of(names, fetch)
    columns = {FILE_COLUMN: names, IMAGE_COLUMN: cells}
    if layout.has_labels:
        columns[LABEL_COLUMN] = [each.label for each in layout.files]
    if layout.has_parts:
        columns[PART_COLUMN] = [each.part for each in layout.files]
    kinds = {name: _KINDS[name] for name in columns}
    facts = SourceFacts(
        source=source,
        location=str(location),
        sha256=sha256_of(canonical_json([names, cells])),
        size_bytes=sum(look.width * look.height for look in album.looks.values()),
        decimal=options.decimal or ".",
        missing_tokens=options.missing_tokens or (),
        notes=tuple(_notes(layout, album)),
    )
    return RawTable(
        pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)),
        facts,
        set_aside=_set_aside(cells, album),
        known=Known(
            kinds,
            albums={IMAGE_COLUMN: album},
            beside=frozenset({FILE_COLUMN, PART_COLUMN} & columns.keys()),
            files=frozenset({FILE_COLUMN}),
            part=PART_COLUMN if layout.has_parts else "",
        ),
    )


def _set_aside(cells: Sequence[str | None], album: Album) -> dict[int, DataError]:
    """Return why pictures cannot be read, by row."""
    rows = [at for at, cell in enumerate(cells) if cell is None]
    return {
        at: UnreadablePicture(
            f"Row {at + 1}: {unread.reason}", fix=unread.fix, row=at + 1, sample=unread.name
        )
        for at, unread in zip(rows, album.unread, strict=True)
    }


def _notes(layout: Layout, album: Album) -> list[str]:
    """Return what was passed over, and what was decided to make upright RGB of pictures."""
    notes = []
    if layout.n_others:
        are = (
            "is no picture by its name"
            if layout.n_others == 1
            else "are no pictures by their names"
        )
        notes.append(f"{counted(layout.n_others, 'file')} {are}: passed over.")
    n_loose = sum(each.label is None for each in layout.files)
    if layout.has_labels and n_loose:
        lie, have = ("lies", "has") if n_loose == 1 else ("lie", "have")
        notes.append(
            f"{counted(n_loose, 'picture')} {lie} in no class folder, and {have} no label."
        )
    changes = Counter(change for look in album.looks.values() for change in look.changes)
    notes += [f"{counted(n, 'picture')}: {told}." for told, n in sorted(changes.items())]
    return notes
