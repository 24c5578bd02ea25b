"""Replaces words by the mean of the target over the rows that hold them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.word_values import WordValues

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int64]

# How many rows of the general mean each word is given beside its own. Of 1, 3, 10, 30 and 100 this
# predicts best over 186 pairs of columns of public tables (benchmarks/preparation.py --smoothing).
SMOOTHING_ROWS = 1

# As scikit-learn's TargetEncoder.
N_FOLDS = 5


class TargetEncode:
    """Learns for each word the mean target, drawn towards the general mean where rows are few.

    Missing is a word of its own; an unseen word gets the general mean. Of a class target there is
    one column of shares, of several classes one a class. The training rows themselves get what the
    other four fifths of the rows say, so that no row is shown its own target.
    """

    card = TransformCard(
        key="target-encode",
        title="Words as the mean target",
        kinds=frozenset({ColumnKind.CATEGORY}),
        source="Micci-Barreca: A Preprocessing Scheme for High-Cardinality Categorical Attributes, "
        "SIGKDD Explorations 3 (2001), eq. 3-5; out of fold: scikit-learn, TargetEncoder",
        role=Role.ENCODE,
        word="target",
    )

    def fit(
        self, block: npt.NDArray[np.object_], names: Sequence[str], lesson: Lesson
    ) -> FittedStep:
        """Take the smoothed means of each column, over all rows and over those of the folds."""
        targets, suffixes = _targets(lesson)
        words, codes = _coded(block)
        fold_of = lesson.rng.permutation(len(block)) % N_FOLDS
        taught = np.empty((len(block), len(names), targets.shape[1]))
        for fold in range(N_FOLDS):
            held, rest = fold_of == fold, fold_of != fold
            for at, known in enumerate(words):
                means = _means(codes[rest, at], targets[rest], n_words=len(known) + 1)
                taught[held, at] = means[codes[held, at]]
        every = [
            _means(codes[:, at], targets, n_words=len(known) + 1) for at, known in enumerate(words)
        ]
        step = WordValues(
            words=words,
            values=tuple(tuple(map(tuple, each[:-1].tolist())) for each in every),
            unknown=(tuple(targets.mean(axis=0).tolist()),) * len(words),
            missing=tuple(tuple(each[-1].tolist()) for each in every),
        )
        outputs = tuple(f"{name}{suffix}" for name in names for suffix in suffixes)
        return FittedStep(step, outputs, taught.reshape(len(block), len(outputs)))


def _targets(lesson: Lesson) -> tuple[_Floats, list[str]]:
    """Return the target as columns of numbers, and what is added to the name of each."""
    n_classes = len(lesson.labels)
    if n_classes <= 2:
        return lesson.y.astype(np.float64)[:, None], [""]
    is_class = lesson.y[:, None] == np.arange(n_classes)
    return is_class.astype(np.float64), [f" to {label}" for label in lesson.labels]


def _coded(block: npt.NDArray[np.object_]) -> tuple[tuple[tuple[str, ...], ...], _Codes]:
    """Return the words of each column, and for each cell the place of its word, missing last."""
    words = tuple(tuple(sorted({*column.tolist()} - {None})) for column in block.T)
    codes = np.empty(block.shape, dtype=np.int64)
    for at, known in enumerate(words):
        places: dict[str | None, int] = {word: place for place, word in enumerate(known)}
        places[None] = len(known)
        codes[:, at] = [places[word] for word in block[:, at].tolist()]
    return words, codes


def _means(codes: _Codes, targets: _Floats, *, n_words: int) -> _Floats:
    """Return (n_words, m) smoothed means; a word without a row has the general mean."""
    general = targets.mean(axis=0) if len(targets) else np.zeros(targets.shape[1])
    counts = np.bincount(codes, minlength=n_words)[:, None]
    sums = np.empty((n_words, targets.shape[1]))
    for at in range(targets.shape[1]):
        sums[:, at] = np.bincount(codes, weights=targets[: len(codes), at], minlength=n_words)
    smoothed: _Floats = (sums + SMOOTHING_ROWS * general) / (counts + SMOOTHING_ROWS)
    return smoothed


COMPONENT = TargetEncode()
