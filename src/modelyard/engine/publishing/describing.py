"""Says what the rows that taught a model hold: its inputs, reference rows and statistics."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import Column, ColumnKind, InputColumn
from modelyard.domain.tables import RawTable, Table
from modelyard.engine.kinds.typed import is_text
from modelyard.engine.training import Trained
from modelyard.runtime.pictures.requests import WHITE_PIXEL

# Rows that travel with the model, for explanations and drift.
_REFERENCE_ROWS = 200
_N_BINS = 20


def describe_inputs(trained: Trained, *, columns: Sequence[Column]) -> tuple[InputColumn, ...]:
    """Return what the rows that taught a model say about columns, in their order."""
    rows = trained.fitted.taught
    # One after the other: of a large table a second copy is not to be had.
    return tuple(
        _describe(trained.table.select([column.name]).take(rows), trained.raw, column, rows=rows)
        for column in columns
    )


def reference_rows(trained: Trained) -> dict[str, Any]:
    """Return some of the rows that taught, columns by name, as a request would carry them."""
    rng = np.random.default_rng(trained.config.seed)
    rows = trained.fitted.taught
    if len(rows) > _REFERENCE_ROWS:
        rows = np.sort(rng.choice(rows, _REFERENCE_ROWS, replace=False))
    table, raw = trained.table.take(rows), trained.raw.take(rows)
    columns = trained.plan.columns
    if any(each.kind is ColumnKind.IMAGE for each in columns):
        # A row without its picture has no answer.
        return {"columns": {}}
    return {
        "columns": {
            column.name: carried(column, table.frame[column.name], written=raw.frame[column.name])
            for column in columns
        }
    }


def statistics(trained: Trained, inputs: Sequence[InputColumn]) -> dict[str, Any]:
    """Return the distribution of each input over the rows that taught, and of the test scores."""
    blocks, rows = trained.plan.blocks, trained.fitted.taught
    scores = trained.scores
    return {
        "n_rows": len(rows),
        "inputs": {
            column.name: _distribution(column, blocks.column(column.name)[rows])
            for column in inputs
        },
        "baseline": trained.answered.baseline[0].tolist(),
        "scores": [_binned(scores[:, at]) for at in range(scores.shape[1])],
    }


def carried(column: Column, values: pl.Series, *, written: pl.Series) -> list[Any]:
    """Return cells as a request would carry them, None where they are missing.

    Args:
        column: their kind.
        values: as they were read.
        written: the same cells as the source delivered them.

    Returns:
        Numbers as numbers, words without surrounding white space. Truth values and dates are
        the source's own text; where it has types, they are true, false and ISO 8601. Of a picture
        the smallest that there is: a package carries nobody's pictures.
    """
    if column.kind is ColumnKind.IMAGE:
        return [None if cell is None else WHITE_PIXEL for cell in values.to_list()]
    if column.kind in {ColumnKind.BOOLEAN, ColumnKind.DATETIME} and is_text(written):
        text = written.cast(pl.String).str.strip_chars()
        return text.set(values.is_null(), None).to_list()
    if column.kind is ColumnKind.DATETIME:
        return [None if value is None else value.isoformat() for value in values.to_list()]
    return values.to_list()


def _describe(
    table: Table, raw: RawTable, column: Column, *, rows: npt.NDArray[np.int64]
) -> InputColumn:
    """Describe a column of the table; its rows are these of the raw table."""
    low = high = None
    categories: tuple[str, ...] = ()
    series = table.frame[column.name]
    if column.kind.is_number:
        values = table.numbers(column.name)
        values = values[np.isfinite(values)]
        if len(values):
            low, high = float(values.min()), float(values.max())
    elif column.kind is ColumnKind.CATEGORY:
        # Neither column of the counts is called as one of the user's might be.
        counts = series.drop_nulls().alias("word").value_counts(name="n")
        categories = tuple(counts.sort(["n", "word"], descending=[True, False])["word"].to_list())
    first = series.is_not_null().arg_true()[:1].to_numpy()
    written = raw.frame[column.name].gather(rows[first])
    written = written.cast(pl.String) if raw.is_text(column.name) else written
    example = carried(column, series.gather(first), written=written)
    return InputColumn(
        name=column.name,
        kind=column.kind,
        true_words=column.true_words,
        false_words=column.false_words,
        datetime_format=column.datetime_format,
        minimum=low,
        maximum=high,
        categories=categories,
        n_missing=int(series.null_count()),
        missing_words=column.missing_words,
        number_format=column.number_format,
        example=example[0] if example else None,
    )


def _distribution(column: InputColumn, values: Any) -> dict[str, Any]:
    if column.kind.is_number:
        return {"n_missing": int(np.isnan(values).sum())} | _binned(values[~np.isnan(values)])
    counts = Counter(values.tolist())
    n_missing = counts.pop(None, 0)
    if column.kind is not ColumnKind.CATEGORY:
        return {"n_missing": n_missing, "n_distinct": len(counts)}
    return {"n_missing": n_missing, "counts": counts}


def _binned(values: Any) -> dict[str, Any]:
    """Return counts between quantiles, the bins that the population stability index wants."""
    if not len(values):
        return {"edges": [], "counts": []}
    edges = np.unique(np.quantile(values, np.linspace(0, 1, _N_BINS + 1)))
    if len(edges) == 1:
        return {"edges": edges.tolist(), "counts": [len(values)]}
    counts, _ = np.histogram(values, bins=edges)
    return {"edges": edges.tolist(), "counts": counts.tolist()}
