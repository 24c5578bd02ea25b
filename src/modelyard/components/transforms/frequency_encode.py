"""Replaces words by how frequent they are."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.word_values import WordValues


def frequency_encode(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Replace each word, missing among them, by the share of the rows that teach it has."""
    for name in columns:
        counts = table[taught, name].alias("word").value_counts(normalize=True, name="share")
        shares: dict[str | None, float] = dict(counts.iter_rows())
        replaced = [shares.get(word, 0.0) for word in table[name]]
        table = table.with_columns(pl.Series(name, replaced, dtype=pl.Float64))
    return table, list(columns)


class FrequencyEncode:
    """Learns the share of the rows that hold each word, missing among them; unseen is 0."""

    card = TransformCard(
        key="frequency-encode",
        title="Words as their frequency",
        kinds=frozenset({ColumnKind.CATEGORY}),
        source="category_encoders, CountEncoder(normalize=True)",
        role=Role.ENCODE,
        word="frequency",
    )
    script = staticmethod(frequency_encode)

    def fit(
        self,
        block: npt.NDArray[np.object_],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Count the words of each column."""
        n_rows = max(1, len(block))
        counts = [Counter(column.tolist()) for column in block.T]
        missing = tuple((each.pop(None, 0) / n_rows,) for each in counts)
        words = tuple(tuple(sorted(each)) for each in counts)
        values = tuple(
            tuple((each[word] / n_rows,) for word in known)
            for each, known in zip(counts, words, strict=True)
        )
        step = WordValues(words, values, unknown=((0.0,),) * len(counts), missing=missing)
        return FittedStep(step, tuple(names))


COMPONENT = FrequencyEncode()
