"""Replaces words by codes, the most frequent word by 0."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.lookup import Lookup

# With the code for all others these are the 255 bins that LightGBM tells apart in a column
# (max_bin); finer codes would lengthen the recipe and change nothing.
MAX_WORDS = 254


def ordinal_encode(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Replace each word by its place among the 254 most frequent, all others by the next."""
    for name in columns:
        counts = table[taught, name].drop_nulls().alias("word").value_counts(name="n")
        words = counts.sort(["n", "word"], descending=[True, False])["word"].head(254).to_list()
        codes: dict[str | None, float | None] = {word: float(at) for at, word in enumerate(words)}
        codes[None] = None
        replaced = [codes.get(word, float(len(words))) for word in table[name]]
        table = table.with_columns(pl.Series(name, replaced, dtype=pl.Float64))
    return table, list(columns)


class OrdinalEncode:
    """Learns codes by descending frequency, then by the word; missing becomes NaN.

    The code of rare words, of those beyond the cap and of those never seen, follows the last: a
    new word stands among the rare ones.
    """

    card = TransformCard(
        key="ordinal-encode",
        title="Words as codes",
        kinds=frozenset({ColumnKind.CATEGORY}),
        source="scikit-learn, OrdinalEncoder(handle_unknown='use_encoded_value'); cap: LightGBM, "
        "max_bin",
        role=Role.ENCODE,
        word="ordinal",
        synonyms=("label",),
    )
    script = staticmethod(ordinal_encode)

    def fit(
        self,
        block: npt.NDArray[np.object_],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Count the words of each column."""
        words = tuple(_most_frequent(column) for column in block.T)
        unknown = tuple(float(len(each)) for each in words)
        return FittedStep(Lookup(words, unknown, (None,) * len(words)), tuple(names))


def _most_frequent(column: npt.NDArray[np.object_]) -> tuple[str, ...]:
    counts = Counter(column.tolist())
    counts.pop(None, None)
    return tuple(sorted(counts, key=lambda word: (-counts[word], word))[:MAX_WORDS])


COMPONENT = OrdinalEncode()
