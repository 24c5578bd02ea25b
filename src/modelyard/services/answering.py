"""Answers the rows of a table, all at once or as many as can be answered, and says what was odd."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import InputColumn
from modelyard.domain.errors import MissingColumns
from modelyard.domain.predictions import Flag, FlagKind, Predictions, RowError
from modelyard.domain.tables import RawTable
from modelyard.domain.tasks import Label
from modelyard.kit.matching import suggestion
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.predictor import Predictor
from modelyard.services.sifting import Positions, Sifted, sift

FloatArray = npt.NDArray[np.float64]
# The order in which the remarks on one column are told.
_KINDS = (FlagKind.MISSING_VALUE, FlagKind.UNSEEN_CATEGORY, FlagKind.OUT_OF_RANGE)


@dataclass(frozen=True)
class Answer:
    """Predictions for a table, with what was noticed on the way.

    Attributes:
        flags: missing values, unseen categories and numbers out of range, a remark a column.
        ignored_columns: columns that the model does not take.
        beside: more columns that were asked for: ends of intervals, or sets of labels.
        errors: why rows have no answer, of the first thousand of them.
        failed: all rows that have none, 1 is the first; `predictions` leave them out, `n_rows`
            counts them.
        kept: columns of the table, of every row.
        ids: of the rows, where each was gathered from the rows of one id.
        n_blank: blank lines of the file, which were skipped: no answer stands for them.
    """

    predictions: Predictions
    flags: tuple[Flag, ...]
    ignored_columns: tuple[str, ...]
    n_rows: int
    beside: Mapping[str, list[Any]] = field(default_factory=dict)
    errors: tuple[RowError, ...] = ()
    failed: tuple[int, ...] = ()
    kept: Mapping[str, pl.Series] = field(default_factory=dict)
    ids: pl.Series | None = None
    n_blank: int = 0

    @property
    def n_failed(self) -> int:
        """How many rows have no answer."""
        return len(self.failed)

    def spread(self, values: Sequence[Any]) -> list[Any]:
        """Return one value a row of the table: None where there is no answer."""
        if not self.failed:
            return list(values)
        failed, answered = set(self.failed), iter(values)
        return [None if row in failed else next(answered) for row in range(1, self.n_rows + 1)]

    def require_one(self) -> None:
        """Refuse a table of which not one row can be answered.

        Raises:
            ModelyardError: that of the first row.
        """
        if self.n_failed == self.n_rows and self.errors:
            raise self.errors[0].error


def answer_table(
    raw: RawTable, predictor: Predictor, *, read: Callable[[RawTable], Blocks], is_strict: bool
) -> Answer:
    """Answer for the rows of a table.

    Args:
        raw: the table.
        predictor: of the model.
        read: rows as the model takes them.
        is_strict: whether a row that cannot be answered refuses all.

    Raises:
        ModelyardError: if the table, or a row while it is strict, cannot be answered.
    """

    def score(rows: Positions) -> tuple[Blocks, FloatArray]:
        blocks = read(raw.take(rows))
        return blocks, predictor.scores(blocks)

    every = np.arange(raw.frame.height)
    if is_strict and raw.set_aside:
        raise raw.set_aside[min(raw.set_aside)]
    if is_strict:
        sifted = Sifted([(every, score(every))])
    else:
        sifted = sift(score, n_rows=len(every), set_aside=raw.set_aside)
    parts = [(rows, blocks) for rows, (blocks, _) in sifted.parts]
    inputs = predictor.reader.inputs
    taken = {column.name for column in inputs}
    return Answer(
        predictions=predictor.decision.rows(_in_order(sifted, predictor.decision.labels)),
        flags=joined_flags(
            [each.placed(rows) for rows, blocks in parts for each in predictor.flags(blocks)],
            inputs,
        ),
        ignored_columns=tuple(
            name for name in raw.frame.columns if name not in {*taken, *raw.known.beside}
        ),
        n_rows=raw.frame.height,
        errors=sifted.errors,
        failed=sifted.failed,
        n_blank=raw.facts.n_blank,
    )


def answer_names(labels: Sequence[Label]) -> tuple[str, ...]:
    """Return what columns of answers may be called, by the labels of the model."""
    return (
        "prediction",
        "prediction_set",
        "interval_low",
        "interval_high",
        *(f"probability_{label}" for label in labels),
    )


def kept_columns(raw: RawTable, names: Iterable[str]) -> dict[str, pl.Series]:
    """Return columns as their source wrote them, empty in rows whose cells are not known.

    A file of pictures keeps its name in any case: without it nobody could tell the answers apart.
    Paths of pictures are kept, also of those that cannot be read.

    Raises:
        MissingColumns: if there is no such column, with the nearest name.
    """
    files = {name: raw.frame[name] for name in raw.frame.columns if name in raw.known.files}
    kept = files.copy()
    for name in names:
        if name in files:
            continue
        if name not in raw.frame.columns:
            fix = suggestion(name, raw.frame.columns, otherwise="Keep columns of the data alone.")
            raise MissingColumns(f"There is no column '{name}' to keep.", fix=fix, column=name)
        if name in raw.paths:
            kept[name] = raw.paths[name]
            continue
        values = raw.column(name)
        aside = list(raw.set_aside)
        kept[name] = values.scatter(aside, None) if aside else values
    return kept


def joined_flags(flags: Iterable[Flag], inputs: Sequence[InputColumn]) -> tuple[Flag, ...]:
    """Return one remark for each column and kind, in the order of the columns."""
    joined: dict[tuple[str, FlagKind], Flag] = {}
    for flag in flags:
        key = (flag.column, flag.kind)
        joined[key] = joined[key].joined(flag) if key in joined else flag
    places = {column.name: at for at, column in enumerate(inputs)}
    return tuple(sorted(joined.values(), key=lambda f: (places[f.column], _KINDS.index(f.kind))))


def _in_order(sifted: Sifted[tuple[Blocks, FloatArray]], labels: Sequence[Label]) -> FloatArray:
    """Return (n, m) scores of the rows that were answered, in the order of the table."""
    if not sifted.parts:
        return np.empty((0, len(labels) or 1))
    rows = np.concatenate([rows for rows, _ in sifted.parts])
    scores = np.concatenate([scores for _, (_, scores) in sifted.parts])
    return scores[np.argsort(rows, kind="stable")]
