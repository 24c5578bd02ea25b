"""What the sources of typed data share: opening a file, and stating a frame that was read."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

import polars as pl

from modelyard.domain.cells import missing_tokens_of
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError, NoRows, NotATable, NotFound, UsageError
from modelyard.domain.headers import require_sound_header
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.kit.hashing import sha256_of_file


@contextmanager
def opened(location: Path, title: str) -> Iterator[None]:
    """Turn what goes wrong while a file is read into what the user can mend.

    Raises:
        NotFound: if there is no such file.
        UsageError: if it is a folder.
        NotATable: if it is not written as its suffix says.
    """
    try:
        with location.open("rb"):
            pass
        yield
    except FileNotFoundError as error:
        raise NotFound(
            f"There is no file '{location}'.", fix="Check the path.", sample=str(location)
        ) from error
    except IsADirectoryError as error:
        raise UsageError(
            f"'{location}' is a folder; a file is needed.", fix="Name one file in it."
        ) from error
    except OSError as error:
        raise DataError(
            f"The file '{location}' cannot be read: {error.strerror or error}.",
            fix="Check that you may read it, and that it is whole.",
            sample=str(location),
        ) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError) as error:
        raise NotATable(
            f"'{location.name}' cannot be read as {title}: {_first_line(error)}.",
            fix="Write the file again, or rename it to what it is.",
        ) from error


def raw_table(
    frame: pl.DataFrame, location: Path, *, options: ReadOptions, source: str
) -> RawTable:
    """Return the raw table of a file whose columns have their types already.

    Raises:
        NoRows: if there are none.
        AmbiguousHeader: if columns have no name, or the same.
    """
    require_sound_header(frame.columns)
    if not frame.height:
        raise NoRows(f"'{location.name}' has no rows.", fix="Give a file with at least one row.")
    facts = SourceFacts(
        source=source,
        location=str(location),
        sha256=sha256_of_file(location),
        size_bytes=location.stat().st_size,
        decimal=options.decimal,
        missing_tokens=missing_tokens_of(options.missing_tokens),
    )
    return RawTable(frame, facts)


def asked_lists(options: ReadOptions) -> frozenset[str]:
    """Return the columns that are read as sequences, whose cells may be lists."""
    kinds = options.kinds.items()
    return frozenset(name for name, kind in kinds if kind is ColumnKind.SEQUENCE)


def require_flat(schema: dict[str, pl.DataType], name: str, *, lists: Collection[str] = ()) -> None:
    """Refuse columns whose cells are tables or lists themselves; `lists` may hold lists of cells.

    Where a file says its schema first, this is asked before any cell is decoded.

    Raises:
        DataError: naming the first of them.
    """
    for column, dtype in schema.items():
        is_list = isinstance(dtype, pl.List | pl.Array) and not dtype.inner.is_nested()
        if (dtype.is_nested() and not (is_list and column in lists)) or dtype == pl.Object:
            _refuse_nested(name, column, str(dtype))


def _refuse_nested(name: str, column: str, what: str) -> None:
    """Raise the error for a column that holds more than one value in a cell."""
    raise DataError(
        f"Column '{column}' of '{name}' holds values of type {what}; a column must hold one "
        f"number, word, date or truth value in each cell.",
        fix=f"Read lists of numbers with --kind {quote(column)}=sequence, unfold '{column}' into "
        "columns of its own, or write the file without it.",
        column=column,
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
