"""Replaces words by the mean of the target over the rows that hold them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

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
# Added up for each fold: the others. Its own sum is not taken off, which would leave a rest of it.
_OTHERS = 1.0 - np.eye(N_FOLDS)


def target_encode(
    table: pl.DataFrame,
    columns: Sequence[str],
    *,
    taught: Sequence[int],
    targets: dict[str, np.ndarray],
    weight: np.ndarray,
    fold: np.ndarray,
) -> tuple[pl.DataFrame, list[str]]:
    """Replace each word by the mean of the target over the rows that teach it.

    There is a column for each of the targets, by what is added to its name. Each word is given one
    row of the general mean beside its own. Rows that teach get what the rows of the other folds
    say, so that none is shown its own target; an unseen word gets the general mean.
    """
    n_folds, made = int(fold.max()) + 1, []
    others = 1.0 - np.eye(n_folds)
    for name in columns:
        words = table[name].to_list()
        known = sorted({words[row] for row in taught} - {None})
        place = {word: at for at, word in enumerate([*known, None])}
        codes = np.array([place[words[row]] for row in taught])
        n_cells = len(place) * n_folds
        counts = np.bincount(codes * n_folds + fold, weights=weight, minlength=n_cells)
        counts = counts.reshape(len(place), n_folds)
        for suffix, target in targets.items():
            sums = np.bincount(codes * n_folds + fold, weights=weight * target, minlength=n_cells)
            sums = sums.reshape(len(place), n_folds)
            general = sums.sum() / counts.sum()
            means = (sums.sum(axis=1) + general) / (counts.sum(axis=1) + 1)
            unseen = np.mean(target * weight)
            values = np.array([means[place[w]] if w in place else unseen for w in words])
            other_sums, other_counts = sums @ others, counts @ others
            n_others = other_counts.sum(axis=0)
            generals = other_sums.sum(axis=0) / np.where(n_others > 0, n_others, 1.0)
            values[taught] = ((other_sums + generals) / (other_counts + 1))[codes, fold]
            made.append(f"{name}{suffix}")
            table = table.with_columns(pl.Series(made[-1], values))
    return table, made


class TargetEncode:
    """Learns for each word the mean target, drawn towards the general mean where rows are few.

    Missing is a word of its own; an unseen word gets the general mean. Of a class target there is
    one column of shares, of several classes one a class. The training rows themselves get what the
    other four fifths of the rows say, so that no row is shown its own target. Where rows weigh,
    the means are weighted, and a row of mean weight counts as one towards smoothing.
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
    supervised_script = staticmethod(target_encode)

    def deal(self, n_rows: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """Return the fold of each row that teaches, as `fit` draws it."""
        return rng.permutation(n_rows) % N_FOLDS

    def fit(
        self, block: npt.NDArray[np.object_], names: Sequence[str], lesson: Lesson
    ) -> FittedStep:
        """Take the smoothed means of each column, over all rows and over those of the folds."""
        targets, suffixes = _targets(lesson)
        weight = _weight(lesson, len(block))
        words, codes = _coded(block)
        fold_of = self.deal(len(block), lesson.rng)
        taught = np.empty((len(block), len(names), targets.shape[1]))
        every = []
        for at, known in enumerate(words):
            counts, sums = _by_fold(
                codes[:, at] * N_FOLDS + fold_of, targets, weight, n_words=len(known) + 1
            )
            taught[:, at] = _means(counts @ _OTHERS, sums @ _OTHERS)[:, codes[:, at], fold_of].T
            every.append(_means(counts.sum(axis=-1), sums.sum(axis=-1)).T)
        step = WordValues(
            words=words,
            values=tuple(tuple(map(tuple, each[:-1].tolist())) for each in every),
            unknown=(tuple((targets * weight[:, None]).mean(axis=0).tolist()),) * len(words),
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


def _weight(lesson: Lesson, n_rows: int) -> _Floats:
    """Return what each row counts; one on average."""
    if lesson.weight is None:
        return np.ones(n_rows)
    weight: _Floats = lesson.weight / lesson.weight.mean()
    return weight


def _coded(block: npt.NDArray[np.object_]) -> tuple[tuple[tuple[str, ...], ...], _Codes]:
    """Return the words of each column, and for each cell the place of its word, missing last."""
    words = tuple(tuple(sorted({*column.tolist()} - {None})) for column in block.T)
    codes = np.empty(block.shape, dtype=np.int64)
    for at, known in enumerate(words):
        places: dict[str | None, int] = {word: place for place, word in enumerate(known)}
        places[None] = len(known)
        codes[:, at] = [places[word] for word in block[:, at].tolist()]
    return words, codes


def _by_fold(
    cells: _Codes, targets: _Floats, weight: _Floats, *, n_words: int
) -> tuple[_Floats, _Floats]:
    """Return (n_words, folds) counts of rows and (m, n_words, folds) sums of targets, weighted.

    Args:
        cells: (n,) the place of each row's word and fold.
        targets: (n, m) of the rows.
        weight: (n,) of the rows.
        n_words: places of words.
    """
    shape = (n_words, N_FOLDS)
    counted = np.bincount(cells, weights=weight, minlength=n_words * N_FOLDS)
    counts: _Floats = np.asarray(counted, dtype=np.float64).reshape(shape)
    sums = np.empty((targets.shape[1], *shape))
    for at, target in enumerate(targets.T):
        summed = np.bincount(cells, weights=weight * target, minlength=n_words * N_FOLDS)
        sums[at] = summed.reshape(shape)
    return counts, sums


def _means(counts: _Floats, sums: _Floats) -> _Floats:
    """Return the smoothed means of words; one without a row has the general mean.

    Args:
        counts: (n_words, ...) rows.
        sums: (m, n_words, ...) of the targets.
    """
    total = counts.sum(axis=0)
    general = sums.sum(axis=1, keepdims=True) / np.where(total > 0, total, 1.0)
    smoothed: _Floats = (sums + SMOOTHING_ROWS * general) / (counts + SMOOTHING_ROWS)
    return smoothed


COMPONENT = TargetEncode()
