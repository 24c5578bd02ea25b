"""Replaces words by codes, the most frequent word by 0."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.lookup import Lookup

# With the code for all others these are the 255 bins that LightGBM tells apart in a column
# (max_bin); finer codes would lengthen the recipe and change nothing.
MAX_WORDS = 254


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
