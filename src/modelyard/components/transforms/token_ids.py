"""Numbers the words of texts, for networks that read them in order."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import (
    FittedStep,
    Lesson,
    Role,
    TransformCard,
    names_in_order,
)
from modelyard.runtime.steps.token_ids import TokenIds, tokens_of

# A word of one text alone says nothing about another.
_MIN_TEXTS = 2


class NumberWords:
    """Keeps the words and signs of each column that most texts hold, two of them at least.

    Texts are as long as the longest that teaches, or as the algorithm allows.
    """

    card = TransformCard(
        key="token-ids",
        title="Numbers of words",
        kinds=frozenset({ColumnKind.TEXT}),
        source="Bengio et al.: A Neural Probabilistic Language Model, JMLR 3 (2003), section 3, "
        "where rare words share one symbol",
        role=Role.READ_TEXT,
        word="token_ids",
    )

    def fit(
        self, block: npt.NDArray[np.object_], names: Sequence[str], lesson: Lesson
    ) -> FittedStep:
        """Count the words of each column."""
        columns = [[tokens_of(text or "") for text in column] for column in block.T.tolist()]
        longest = max((len(each) for column in columns for each in column), default=0)
        length = max(1, min(longest, lesson.max_items or longest))
        words = tuple(_vocabulary(column, most=lesson.max_words) for column in columns)
        return FittedStep(TokenIds(words, length), names_in_order(names, length))


def _vocabulary(texts: Iterable[Sequence[str]], *, most: int) -> tuple[str, ...]:
    """Return the words that most texts hold, at most so many, or any number of them for 0."""
    counts = Counter(word for text in texts for word in set(text))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    kept = [word for word in ranked if counts[word] >= _MIN_TEXTS]
    return tuple(kept[: most or len(kept)])


COMPONENT = NumberWords()
