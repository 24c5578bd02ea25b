"""Replaces missing numbers and words by the most frequent of their column."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.fill import Fill
from modelyard.runtime.steps.fill_words import FillWords


def impute_most_frequent(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Fill gaps with the most frequent of the rows that teach, the smallest of several."""
    for name in columns:
        modes = table[taught, name].drop_nulls().mode().sort()
        if len(modes):
            table = table.with_columns(pl.col(name).fill_null(modes[0]))
        elif table[name].dtype.is_numeric():
            table = table.with_columns(pl.col(name).fill_null(0.0))
    return table, list(columns)


class ImputeMostFrequent:
    """Learns modes, the smallest of several.

    A column without a number is filled with 0, one without a word stays as it is.
    """

    card = TransformCard(
        key="impute-most-frequent",
        title="Most frequent for missing",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number)
        | frozenset({ColumnKind.CATEGORY}),
        source="scikit-learn, SimpleImputer(strategy='most_frequent')",
        role=Role.IMPUTE,
        word="most_frequent",
        synonyms=("mode",),
    )
    script = staticmethod(impute_most_frequent)

    def fit(
        self,
        block: npt.NDArray[Any],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Take the most frequent of what is there."""
        if block.dtype == object:
            return FittedStep(FillWords(tuple(_word(column) for column in block.T)), tuple(names))
        return FittedStep(Fill(tuple(_mode(column) for column in block.T)), tuple(names))


def _mode(column: npt.NDArray[np.float64]) -> float:
    values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    return float(values[np.argmax(counts)]) if len(values) else 0.0


def _word(column: npt.NDArray[np.object_]) -> str | None:
    counts = Counter(column.tolist())
    counts.pop(None, None)
    return min(counts, key=lambda word: (-counts[word], word)) if counts else None


COMPONENT = ImputeMostFrequent()
