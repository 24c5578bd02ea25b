"""Spreads words over columns of zeros and ones."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.one_hot import OneHot

# As skrub's TableVectorizer, which holds columns of 40 and more values for too many to spread.
MAX_LEVELS = 40

MISSING = "(missing)"


def one_hot_encode(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Add a column for each of the 40 most frequent words, and one for missing."""
    made: dict[str, pl.Expr] = {}
    for name in columns:
        counts = table[taught, name].alias("word").value_counts(name="n")
        counts = counts.sort(["n", "word"], descending=[True, False])
        for word in counts["word"].drop_nulls().head(40):
            made[f"{name}={word}"] = (pl.col(name) == word).fill_null(value=False)
        if counts["word"].has_nulls():
            made[f"{name}=(missing)"] = pl.col(name).is_null()
    return table.with_columns(**made).with_columns(pl.col(list(made)).cast(pl.Float64)), list(made)


class OneHotEncode:
    """Learns the levels of each column, the most frequent first.

    Missing is a level of its own where training rows hold it. Rarer and unseen words are zero in
    every column of theirs.
    """

    card = TransformCard(
        key="one-hot-encode",
        title="A column for each word",
        kinds=frozenset({ColumnKind.CATEGORY}),
        source="scikit-learn, OneHotEncoder(handle_unknown='ignore'); cap: skrub, TableVectorizer, "
        "cardinality_threshold",
        role=Role.ENCODE,
        word="one_hot",
        synonyms=("onehot",),
    )
    script = staticmethod(one_hot_encode)

    def fit(
        self,
        block: npt.NDArray[np.object_],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Count the words of each column."""
        levels = tuple(_levels(column) for column in block.T)
        outputs = tuple(
            f"{name}={MISSING if level is None else level}"
            for name, of_column in zip(names, levels, strict=True)
            for level in of_column
        )
        return FittedStep(OneHot(levels), outputs)


def _levels(column: npt.NDArray[np.object_]) -> tuple[str | None, ...]:
    counts = Counter(column.tolist())
    n_missing = counts.pop(None, 0)
    words = sorted(counts, key=lambda word: (-counts[word], word))[:MAX_LEVELS]
    return (*words, None) if n_missing else tuple(words)


COMPONENT = OneHotEncode()
