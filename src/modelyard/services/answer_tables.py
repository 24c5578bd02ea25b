"""Writes predictions as a Parquet file, piece by piece, with a type for each column.

Each piece is a file of its own until all are there: the types are known with the first, and the
memory does not grow with the rows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from modelyard.domain.tasks import Label
from modelyard.services.answering import Answer
from modelyard.services.answers import answer_columns
from modelyard.store.failures import OTHER_PLACE, explaining
from modelyard.store.files import writing_whole

Write = Callable[[Answer], None]

# What a column of labels holds; of several types it is text, as the columns of probabilities say.
_TYPES: dict[type, type[pl.DataType]] = {bool: pl.Boolean, int: pl.Int64}


@contextmanager
def writing_table(path: Path, *, with_probabilities: bool) -> Iterator[Write]:
    """Yield what takes answers in the order of the rows; the file appears whole or not at all.

    Raises:
        StoreError: if it cannot be written.
    """
    with (
        explaining(path, fix=OTHER_PLACE),
        TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as name,
    ):
        folder, n_written = Path(name), 0

        def write(answer: Answer) -> None:
            nonlocal n_written
            frame = answer_frame(answer, with_probabilities=with_probabilities)
            frame.write_parquet(folder / f"{n_written:08d}.parquet")
            n_written += 1

        yield write
        if n_written:
            with writing_whole(path) as stream:
                pl.scan_parquet(folder / "*.parquet").sink_parquet(stream)


def answer_frame(answer: Answer, *, with_probabilities: bool) -> pl.DataFrame:
    """Return the columns of `answer_columns` with their types, which no piece changes."""
    columns = answer_columns(answer, with_probabilities=with_probabilities)
    types = {name: _type_of(name, answer) for name in columns if name not in answer.kept}
    series = dict(answer.kept)
    for name, type_ in types.items():
        values = columns[name]
        if type_ is pl.String:
            values = [None if value is None else str(value) for value in values]
        series[name] = pl.Series(name, values, dtype=type_)
    return pl.DataFrame(series)


def _type_of(name: str, answer: Answer) -> type[pl.DataType]:
    if name == "prediction_set":
        return pl.String
    if name == "prediction" and answer.predictions.labels:
        return _type_of_labels(answer.predictions.labels)
    return pl.Float64


def _type_of_labels(labels: tuple[Label, ...]) -> type[pl.DataType]:
    kinds = {type(label) for label in labels}
    return _TYPES.get(kinds.pop(), pl.String) if len(kinds) == 1 else pl.String
