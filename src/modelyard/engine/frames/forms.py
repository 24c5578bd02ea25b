"""Takes tables in whatever form the user holds them, and gives answers back in the same form."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.catalog import Catalog
from modelyard.domain.cells import missing_tokens_of
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError, NoRows, NotFound, UsageError
from modelyard.domain.headers import require_sound_header
from modelyard.domain.series import frame_of_columns
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.engine.frames.hashes import frame_hash
from modelyard.engine.frames.pandas_forms import frame_of_pandas
from modelyard.engine.frames.pictures import with_bytes, with_pictures
from modelyard.engine.frames.sequences import with_sequences
from modelyard.kit.addresses import scheme_of
from modelyard.kit.matching import suggested_path
from modelyard.protocols.sources import NotInPiecesError, Source, StreamingSource
from modelyard.runtime.pictures.formats import promised_format

_FORMS = (
    "a path, a pandas, polars or Arrow table, a dict of columns (name to list), or a list of rows "
    "(each a dict)"
)

_ONE_VALUE = (str, bytes, bytearray, memoryview)

Values = npt.NDArray[Any]

_MAX_NAMED = 5


def raw_table_of(
    data: object, catalog: Catalog, *, options: ReadOptions, is_hashed: bool = True
) -> RawTable:
    """Return the raw table that `data` stands for.

    Args:
        data: a path, the address of a database, a pandas, polars or Arrow table, a dict of
            columns, or a list of dicts. A key that some of the dicts lack is missing there. The
            index of a pandas frame is no column and is not read.
        catalog: where sources are found: of files by suffix, of addresses by scheme.
        options: how to read.
        is_hashed: whether data that are no file get the hash of their content, which takes as long
            as many a model does to answer them.

    Returns:
        The table; `facts.sha256` depends on its content alone, and is empty where it has no hash.

    Raises:
        UsageError: if `data` is of another form, or a file with a suffix that no source reads.
        NotFound: if there is no such file.
        NoRows: if the table has no rows.
        AmbiguousHeader: if columns have no name, or the same.
        DataError: if a column holds what no table can hold.
    """
    scheme = scheme_of(data)
    if scheme is not None:
        raw = _source_of_address(scheme, catalog).read(str(data), options)
        raw = replace(raw, frame=with_bytes(raw.frame, options))
        return _laid_out(_hashed(raw) if is_hashed else raw, options, root=None)
    if isinstance(data, str | os.PathLike):
        location = Path(data).expanduser()
        raw = _asked_source(location, catalog, options).read(location, options)
        return _laid_out(_hashed(raw) if is_hashed else raw, options, root=location.parent)
    source, frame, notes = _frame_of(data)
    require_sound_header(frame.columns)
    if not frame.height:
        raise NoRows("The table has no rows.", fix="Give at least one row.")
    frame = with_bytes(frame, options)
    facts = SourceFacts(
        source=source,
        sha256=frame_hash(frame) if is_hashed else "",
        size_bytes=int(frame.estimated_size()),
        decimal=options.decimal,
        missing_tokens=missing_tokens_of(options.missing_tokens),
        notes=notes,
    )
    return _laid_out(RawTable(frame, facts), options, root=None)


def pieces_of(location: Path, catalog: Catalog, *, options: ReadOptions) -> Iterator[RawTable]:
    """Yield the rows of a file in pieces, in their order.

    Raises:
        NotInPiecesError: at any time, if the file or its source must be read as a whole.
    """
    location = location.expanduser()
    source = _asked_source(location, catalog, options)
    if not isinstance(source, StreamingSource):
        raise NotInPiecesError
    for raw in source.stream(location, options):
        yield with_pictures(raw, options, root=location.parent)


def like(data: object, values: Values, *, name: str, ids: pl.Series | None = None) -> Any:
    """Return one value a row in the form in which the rows came.

    Args:
        data: what `raw_table_of` took.
        values: (n,) numbers, or labels as objects.
        name: of the column, where the form has room for it.
        ids: of the values, where several rows had one; None where each had its own.

    Returns:
        A pandas Series with the ids, or else the index of `data`, as its index, a polars Series,
        an Arrow chunked array, or a list for lists and dicts; a polars Series for a path.
    """
    listed = values.tolist()
    if _is_a(data, "pandas", "DataFrame"):
        return sys.modules["pandas"].Series(listed, index=_index(data, ids), name=name)
    if _is_arrow(data):
        return sys.modules["pyarrow"].chunked_array([listed])
    if isinstance(data, Mapping | list | tuple):
        return listed
    return pl.Series(name, listed)


def frame_like(data: object, columns: Mapping[str, Values], *, ids: pl.Series | None = None) -> Any:
    """Return columns in the form in which the rows came.

    Args:
        data: what `raw_table_of` took.
        columns: name to (n,) values.
        ids: as of `like`.

    Returns:
        A pandas frame with the ids, or else the index of `data`, as its index, a polars frame, an
        Arrow table, a dict of lists for a dict, a list of dicts for a list; a polars frame for a
        path. All but pandas have the ids as their first column.
    """
    listed = {name: values.tolist() for name, values in columns.items()}
    if _is_a(data, "pandas", "DataFrame"):
        return sys.modules["pandas"].DataFrame(listed, index=_index(data, ids))
    if ids is not None:
        listed = {ids.name: ids.to_list()} | listed
    if _is_arrow(data):
        return sys.modules["pyarrow"].table(listed)
    if isinstance(data, Mapping):
        return listed
    if isinstance(data, list | tuple):
        rows = zip(*listed.values(), strict=True)
        return [dict(zip(listed, row, strict=True)) for row in rows]
    return pl.DataFrame(listed)


def source_of(location: Path, catalog: Catalog) -> Source:
    """Return the source that reads a folder, or a file by its suffix.

    Raises:
        UsageError: if there is none.
        NotFound: if there is no such file or folder, with the nearest name beside it.
    """
    if "\0" in str(location):
        raise UsageError("A path holds no zero character.", fix="Give the path of a file.")
    if not location.exists():
        raise NotFound(
            f"There is no file or folder '{location}'.",
            fix=suggested_path(location),
            sample=str(location),
        )
    sources = catalog.sources()
    suffix, is_folder = location.suffix.lower(), location.is_dir()
    for source in sources.values():
        if source.card.reads_folders if is_folder else _is_named(location, source):
            return source
    known = ", ".join(sorted(s for source in sources.values() for s in source.card.suffixes))
    if promised_format(location.name) is not None:
        raise UsageError(
            f"'{location.name}' is one picture, and a table of pictures is a folder or a zip file.",
            fix="Put it into a folder, for training one for each class, and name the folder.",
            sample=suffix,
        )
    named = f"its suffix is '{suffix}'" if suffix else "its name has no suffix"
    raise UsageError(
        f"No source reads '{location.name}': {named}.",
        fix=f"Known suffixes: {known}.",
        sample=suffix,
    )


def _asked_source(location: Path, catalog: Catalog, options: ReadOptions) -> Source:
    """Return the source of a location; one picture is a table where pictures are asked for."""
    is_picture = location.is_file() and promised_format(location.name) is not None
    if is_picture and ColumnKind.IMAGE in options.kinds.values():
        return next(each for each in catalog.sources().values() if each.card.reads_folders)
    return source_of(location, catalog)


def _laid_out(raw: RawTable, options: ReadOptions, *, root: Path | None) -> RawTable:
    """Return the table with its pictures found, and its sequences made."""
    raw = with_pictures(raw, options, root=root)
    return with_sequences(
        raw, options.sequences, sets_aside=options.sets_aside, kinds=options.kinds
    )


def _is_named(location: Path, source: Source) -> bool:
    return location.name.lower().endswith(source.card.suffixes)


def _source_of_address(scheme: str, catalog: Catalog) -> Source:
    sources = catalog.sources()
    for source in sources.values():
        if scheme in source.card.schemes:
            return source
    known = ", ".join(sorted(s for source in sources.values() for s in source.card.schemes))
    raise UsageError(
        f"No source reads addresses that begin with '{scheme}://'.",
        fix=f"Known: {known}. Download a file first.",
        sample=scheme,
    )


def _hashed(raw: RawTable) -> RawTable:
    """Give data that is no file the hash of its content."""
    if raw.facts.sha256:
        return raw
    return replace(raw, facts=replace(raw.facts, sha256=frame_hash(raw.frame)))


def _frame_of(data: object) -> tuple[str, pl.DataFrame, tuple[str, ...]]:
    """Return the name of the library, the frame, and notes."""
    if isinstance(data, pl.LazyFrame):
        data = data.collect()
    if isinstance(data, pl.DataFrame):
        return "polars", data, ()
    if _is_a(data, "pandas", "DataFrame"):
        frame, notes = frame_of_pandas(data)
        return "pandas", frame, notes
    if _is_arrow(data):
        return "pyarrow", _frame_of_arrow(data), ()
    if isinstance(data, Mapping):
        return "python", frame_of_columns(_columns_of(data)), ()
    if isinstance(data, list | tuple) and all(isinstance(row, Mapping) for row in data):
        return "python", frame_of_columns(_columns_of_rows(data)), ()
    if isinstance(data, list | tuple):
        row, odd = next((at, row) for at, row in enumerate(data) if not isinstance(row, Mapping))
        raise UsageError(
            f"Each row of a list must be a dict; row {row + 1} is of type '{type(odd).__name__}'.",
            fix="Name the column of each value: [{'age': 41, 'city': 'Oslo'}].",
            row=row + 1,
        )
    raise UsageError(
        f"A table cannot be read from a value of type '{type(data).__name__}'.",
        fix=_advice(data),
    )


def _advice(data: object) -> str:
    """Return what makes a table of a value that nearly is one."""
    if isinstance(data, np.ndarray):
        return "Name its columns: pandas.DataFrame(array, columns=[...])."
    if _is_a(data, "pandas", "Series") or isinstance(data, pl.Series):
        return "Make it a table by its to_frame(), or give one row to predict_row."
    if isinstance(data, Iterator):
        return "Give list(rows): rows are counted, and looked at more than once."
    return f"Give {_FORMS}."


def _is_a(data: object, library: str, *names: str) -> bool:
    """Return whether `data` is of a library's class, without importing the library.

    An object of a library that was never imported cannot exist.
    """
    module = sys.modules.get(library)
    kinds = tuple(getattr(module, name) for name in names if hasattr(module, name))
    return isinstance(data, kinds)


def _is_arrow(data: object) -> bool:
    return _is_a(data, "pyarrow", "Table", "RecordBatch")


def _index(data: Any, ids: pl.Series | None) -> Any:
    if ids is None:
        return data.index
    return sys.modules["pandas"].Index(ids.to_list(), name=ids.name)


def _frame_of_arrow(data: Any) -> pl.DataFrame:
    require_sound_header(data.schema.names)
    try:
        frame = pl.from_arrow(data)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        raise DataError(
            f"The Arrow table holds a type that no table can hold: {error}.",
            fix="Drop the column, or unfold it into columns of numbers, words or dates.",
        ) from error
    return frame if isinstance(frame, pl.DataFrame) else frame.to_frame()


def _columns_of(data: Mapping[Any, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, values in data.items():
        if isinstance(values, _ONE_VALUE) or not hasattr(values, "__len__"):
            raise UsageError(
                f"Column '{name}' must be a list of values; got {type(values).__name__}.",
                fix="Give a list for each column; a single row is a list with one dict.",
                column=str(name),
            )
        columns[_name_of(name)] = _listed(values)
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(
            f"The columns must be equally long: {_lengths_told(lengths)}.",
            fix="Give one value for each row.",
        )
    return columns


def _lengths_told(lengths: Mapping[str, int]) -> str:
    """Name the columns that differ from the length that is commonest, if there is one."""
    ((usual, n_usual),) = Counter(lengths.values()).most_common(1)
    odd = [f"'{name}' has {n}" for name, n in lengths.items() if n != usual or n_usual == 1]
    more = f" and {len(odd) - _MAX_NAMED} more differ" if len(odd) > _MAX_NAMED else ""
    others = "" if n_usual == 1 else f", where {n_usual} others have {usual}"
    return f"{', '.join(odd[:_MAX_NAMED])}{more}{others}"


def _columns_of_rows(rows: Sequence[Mapping[Any, Any]]) -> dict[str, Any]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {_name_of(name): [row.get(name) for row in rows] for name in names}


def _name_of(name: object) -> str:
    if not isinstance(name, str):
        raise UsageError(
            f"A column name must be text; got {name!r}.", fix="Rename the column.", sample=str(name)
        )
    return name


def _listed(values: Any) -> Any:
    if isinstance(values, np.ndarray | pl.Series | list):
        return values
    for method in ("to_list", "to_pylist", "tolist"):
        if hasattr(values, method):
            return list(getattr(values, method)())
    return list(values)
