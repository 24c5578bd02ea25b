"""Chooses what is shown of a table of pictures, and makes it small: some pictures of each class."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from modelyard.domain.galleries import Gallery, PictureClass, ShownPicture
from modelyard.domain.pictures import LABEL_COLUMN, Album
from modelyard.domain.tables import Table
from modelyard.runtime.pictures.thumbnails import small_copy

# As many as a preview has rows; at 4 KB they are some megabytes.
MOST_SHOWN = 1_000
_MOST_CLASSES = 1_000
# A tile of 96 points on screens of today, which draw 1 to 3 pixels for a point.
_SIDE = 128


def gallery_of(
    table: Table, *, named: Collection[str] = (), most: int = MOST_SHOWN
) -> Gallery | None:
    """Return what is shown of the first column of pictures, None of a table without one.

    Args:
        table: of pictures.
        named: files whose pictures are shown in any case.
        most: pictures to be shown beside those.
    """
    name, album = next(iter(table.known.albums.items()), ("", None))
    if album is None or name not in table.names:
        return None
    cells = table.frame[name].to_list()
    labels = _words(table, LABEL_COLUMN)
    by_label: dict[str | None, list[int]] = defaultdict(list)
    for at, cell in enumerate(cells):
        if cell is not None:
            by_label[labels[at]].append(at)
    each = max(1, most // max(1, len(by_label)))
    spread = [at for rows in by_label.values() for at in _spread(rows, each)][:most]
    classes = sorted(
        (PictureClass(label, len(rows)) for label, rows in by_label.items() if label is not None),
        key=lambda found: (-found.n_pictures, found.label),
    )
    parts, files = _words(table, table.known.part), _files(table, cells, album)
    in_any_case = [at for at, file in enumerate(files) if file in named and cells[at] is not None]
    return Gallery(
        n_pictures=sum(map(len, by_label.values())),
        classes=tuple(classes[:_MOST_CLASSES]),
        n_classes=len(classes),
        shown=tuple(
            replace(
                _shown(album, cells[at], row=at + 1, file=files[at]),
                label=labels[at],
                part=parts[at],
            )
            for at in sorted({*spread, *in_any_case})
        ),
    )


def _files(table: Table, cells: Sequence[str | None], album: Album) -> Sequence[str]:
    """Return what each picture is called; of equal ones in a table without files, the first."""
    names = _words(table, min(table.known.files, default=""))
    return [
        name or (album.looks[cell].name if cell else "")
        for name, cell in zip(names, cells, strict=True)
    ]


def _shown(album: Album, cell: str, *, row: int, file: str) -> ShownPicture:
    look = album.looks[cell]
    return ShownPicture(
        row=row,
        file=file,
        width=look.width,
        height=look.height,
        format=look.format,
        thumbnail=small_copy(album.fetch(look.name), look.name, side=_SIDE),
    )


def _spread(rows: Sequence[int], most: int) -> list[int]:
    """Return some rows, evenly over all: those that follow each other are often alike."""
    n_chosen = min(most, len(rows))
    return [rows[at * len(rows) // n_chosen] for at in range(n_chosen)]


def _words(table: Table, name: str) -> Sequence[str | None]:
    """Return a column as text, nothing in each row where there is none."""
    if name not in table.names:
        return [None] * table.n_rows
    return [None if value is None else str(value) for value in table.frame[name].to_list()]
