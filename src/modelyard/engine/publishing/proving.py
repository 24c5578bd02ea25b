"""Proves that a package answers as the model in memory, on cells as they come in production.

A table goes through typing, blocks and the predictor, a single row through the reader of requests;
what both must equal is the model's own answer for the values that training read.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from math import isfinite, nan
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import Column, ColumnKind, InputColumn
from modelyard.domain.manifests import Manifest, Parity
from modelyard.domain.number_formats import NumberFormat
from modelyard.domain.sequences import numbers_of
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.domain.values import marked_numbers
from modelyard.engine.kinds.typed import is_text
from modelyard.engine.kinds.typing import conform
from modelyard.engine.preparing import blocks_of, rows_of
from modelyard.engine.publishing.describing import carried
from modelyard.engine.training import Trained
from modelyard.packaging.parity import ParityCase, measure_parity, require_parity
from modelyard.runtime.blocks import Blocks
from modelyard.runtime.predictor import Predictor

# Rows that are compared one by one: half as they are, half with odd cells.
_SINGLE_ROWS = 1_000
# Share of cells in the odd half that are emptied, never seen before or written in another way.
_ODD_SHARE = 0.2
_UNSEEN = "\N{SNOWMAN} never seen in training"
# Near the largest double, and so far off as no training value was: in ranges of the column.
_HUGE, _FAR = 1e300, 10.0

Row = dict[str, Any]


def prove(trained: Trained, manifest: Manifest, *, contents: Mapping[str, bytes]) -> Parity:
    """Compare the package with the model in memory, on the rows of the test part.

    Raises:
        ParityExceeded: if the package does not answer as the trained model does.
    """
    predictor = Predictor.reading(manifest, contents, session=trained.fitted.session)
    rows, expected_rows = _single_rows(trained, manifest)
    case = ParityCase(
        blocks=_as_batch(trained, manifest),
        expected=_expected(trained),
        rows=rows,
        expected_rows=expected_rows,
        scale=float(np.std(trained.plan.y)) if trained.task is Task.REGRESSION else 1.0,
    )
    parity = measure_parity(predictor, case)
    require_parity(parity)
    return parity


def _expected(trained: Trained) -> npt.NDArray[np.float64]:
    """Return the packaged model's own scores of the rows of the test part."""
    if not trained.is_full:
        return trained.scores
    return trained.fitted.scores(rows_of(trained.plan.blocks, trained.split.test))


def _as_batch(trained: Trained, manifest: Manifest) -> Blocks:
    """Read the raw test rows as a table that comes to be predicted."""
    raw = trained.raw.take(trained.split.test)
    facts = replace(raw.facts, missing_tokens=manifest.missing_tokens)
    return blocks_of(conform(replace(raw, facts=facts), manifest.inputs))


def _single_rows(trained: Trained, manifest: Manifest) -> tuple[list[Row], npt.NDArray[np.float64]]:
    """Return rows as requests carry them, and the model's own answers for what they mean."""
    rng = np.random.default_rng(trained.config.seed)
    test = trained.split.test
    at = np.sort(rng.choice(test, min(_SINGLE_ROWS, len(test)), replace=False))
    rows, meant = _rows_at(trained, at), rows_of(trained.plan.blocks, at)
    tokens, decimal = manifest.missing_tokens, manifest.decimal
    for column in manifest.inputs:
        own = (*tokens, *column.missing_words)
        _make_odd(rows, meant, column, tokens=own, decimal=decimal, rng=rng)
    _make_extreme(rows, meant, manifest, rng)
    kept, expected = _answered(trained, meant)
    return [rows[each] for each in kept.tolist()], expected


def _rows_at(trained: Trained, at: npt.NDArray[np.int64]) -> list[Row]:
    table, raw = trained.table.take(at), trained.raw.take(at)
    names = [column.name for column in trained.plan.columns]
    columns = [
        _sent_pictures(table, column.name)
        if column.kind is ColumnKind.IMAGE
        else _sent(column, table.frame[column.name], raw.frame[column.name])
        for column in trained.plan.columns
    ]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _sent(column: Column, values: pl.Series, written: pl.Series) -> list[Any]:
    """Return the source's own cells, as far as a request can carry them."""
    if is_text(written):
        return written.cast(pl.String).to_list()
    dtype = written.dtype
    is_plain = dtype == pl.Boolean or dtype.is_integer() or dtype.is_float()
    return written.to_list() if is_plain else carried(column, values, written=written)


def _sent_pictures(table: Table, name: str) -> list[Any]:
    return [b64encode(picture.fetch()).decode() for picture in table.pictures(name)]


def _make_odd(
    rows: list[Row],
    meant: Blocks,
    column: InputColumn,
    *,
    tokens: tuple[str, ...],
    decimal: str,
    rng: np.random.Generator,
) -> None:
    """Write other cells into the second half of the rows, and what they mean into `meant`.

    A picture has no other spelling, and a row without one no answer.
    """
    if column.kind is ColumnKind.IMAGE:
        return
    half = len(rows) // 2
    values = _values_of(meant, column.name)
    for at in (half + np.flatnonzero(rng.random(len(rows) - half) < _ODD_SHARE)).tolist():
        gap = nan if column.kind.is_number else None
        token = tokens[rng.integers(len(tokens))] if tokens else ""
        ways = [(None, gap), ("", gap), (token, gap)]
        ways += _spellings(column, values[at], rows[at][column.name], decimal=decimal)
        cell, meaning = ways[rng.integers(len(ways))]
        rows[at][column.name], values[at] = cell, gap if cell in tokens else meaning


def _spellings(
    column: InputColumn, value: Any, cell: Any, *, decimal: str
) -> list[tuple[Any, Any]]:
    """Return other ways to write a value, each with what it means."""
    if column.kind is ColumnKind.SEQUENCE:
        return [] if value is None else [(numbers_of(value), value)]
    if not column.kind.is_number:
        return [(_UNSEEN, _UNSEEN)]
    if np.isnan(value):
        return []
    if column.kind is ColumnKind.BOOLEAN:
        return [(word, value) for word in (column.true_words if value else column.false_words)]
    if column.kind is ColumnKind.DATETIME:
        return [(f" {cell}\t", value)]
    if column.number_format:
        decimal = NumberFormat.read(column.number_format).decimal
    return [(f" {float(value)!r}".replace(".", decimal), value)]


def _make_extreme(
    rows: list[Row], meant: Blocks, manifest: Manifest, rng: np.random.Generator
) -> None:
    """Put a number far beyond those of the training into each row of the second half.

    One a row: the sum of two huge terms that cancel has no digits to compare.
    """
    wide = (ColumnKind.NUMERIC, ColumnKind.INTEGER)
    ranges = [
        (column.name, column.minimum, column.maximum)
        for column in manifest.inputs
        if column.kind in wide and column.minimum is not None and column.maximum is not None
    ]
    if not ranges:
        return
    # -999 may well be far off and mean missing.
    marked = marked_numbers(manifest.missing_tokens, manifest.decimal)
    for at in range(len(rows) // 2, len(rows)):
        name, low, high = ranges[rng.integers(len(ranges))]
        reach = _FAR * (high - low or 1.0)
        value = (_HUGE, -_HUGE, low - reach, high + reach)[rng.integers(4)]
        if isfinite(value) and value not in marked:
            rows[at][name] = _values_of(meant, name)[at] = value


def _values_of(blocks: Blocks, name: str) -> npt.NDArray[Any]:
    if name in blocks.number_names:
        return blocks.numbers[:, blocks.number_names.index(name)]
    return blocks.strings[:, blocks.string_names.index(name)]


def _answered(
    trained: Trained, meant: Blocks
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the positions of rows for which the model has a finite answer, and the answers.

    A huge value over a tiny scale is more than a double holds: nothing is left to compare.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        features = trained.fitted.recipe.apply(meant)
        kept = np.flatnonzero(~np.isinf(features).any(axis=1))
        scores = trained.fitted.scores(rows_of(meant, kept))
    has_answer = np.isfinite(scores).all(axis=1)
    return kept[has_answer], scores[has_answer]
