"""Turns texts into weights of their words and pairs of words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.tf_idf import TfIdf, terms_of

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_Floats = npt.NDArray[np.float64]
_Codes = npt.NDArray[np.int64]

# Columns of one text column. They are dense, and every algorithm passes over all of them: of up to
# 4,000 texts there are 1,000, of 20,000 and more 200. Of the 4,000 reviews of food that `modeldata`
# has a logistic regression had an area under the ROC curve of 0.785 by the 200 most frequent terms
# alone, by 500 chosen as below 0.840, by 1,000 0.850 and by 2,000 0.857, over three folds.
MOST_TERMS, LEAST_TERMS, MAX_CELLS = 1_000, 200, 4_000_000
# Columns for each term of a mean text: of names and titles, which hold few, more than 200 tell
# little (of 3,464 titles of films 200 to 2,000 erred alike), and cost networks as much as those of
# long texts.
_COLUMNS_A_TERM = 12

# Texts that the terms are counted in, drawn at random where there are more: each of the most
# frequent stands in hundreds of these.
MAX_TEXTS = 20_000

# A term of one text alone says nothing about another.
_MIN_TEXTS = 2


def weigh_terms(
    table: pl.DataFrame,
    columns: Sequence[str],
    *,
    taught: Sequence[int],
    targets: dict[str, np.ndarray],
    weight: np.ndarray,  # noqa: ARG001 -- every text counts alike
    fold: np.ndarray,
) -> tuple[pl.DataFrame, list[str]]:
    """Add the TF-IDF weights of words and pairs of neighbouring words.

    Half of them tell most about the target, by the square of the correlation of its ranks with
    whether a text holds them, the mean over its classes; the others are the most frequent. Texts of
    fold 0 are counted.
    """
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    most = min(1_000, 4_000_000 // (len(taught) * len(columns)))
    known = np.column_stack(list(targets.values()))[fold == 0]
    ranks = np.column_stack([pl.Series(each).rank() for each in known.T])
    ranks -= ranks.mean(axis=0)
    counts_for = known.mean(axis=0) if known.shape[1] > 1 else 1.0
    scale = counts_for / np.where(ranks.var(axis=0) > 0, ranks.var(axis=0), 1.0)
    made: dict[str, pl.Series] = {}
    for name in columns:
        texts = table[name].fill_null("")
        lesson = texts[np.asarray(taught)[fold == 0]].to_list()
        counting = CountVectorizer(ngram_range=(1, 2))
        counts = counting.fit_transform(lesson)
        width = max(200, min(most, int(12 * counts.sum() / len(lesson))))
        n_texts = np.bincount(counts.indices, minlength=counts.shape[1])
        shared = np.flatnonzero(n_texts > min(1, n_texts.max() - 1))
        counts, found = counts[:, shared], counting.get_feature_names_out()[shared].tolist()
        held, n_times = (counts > 0).astype(float), np.asarray(counts.sum(axis=0))[0]
        share = n_texts[shared] / len(lesson)
        spread = np.where(share < 1, share * (1 - share), 1.0)
        telling = ((held.T @ ranks / len(lesson)) ** 2 * scale).sum(axis=1) / spread
        every = range(len(found))
        best = sorted(every, key=lambda e: (-telling[e], -n_times[e], found[e]))[: width // 2]
        often = sorted({*every} - {*best}, key=lambda e: (-n_times[e], found[e]))
        kept = [found[at] for at in [*best, *often][:width]]
        weighing = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, vocabulary=kept)
        weights = weighing.fit(lesson).transform(texts.to_list()).toarray()
        made |= {f"{name}: {term}": pl.Series(weights[:, at]) for at, term in enumerate(kept)}
    return table.with_columns(**made), list(made)


class WeighTerms:
    """Learns which terms of each column to weigh, and how many of the texts hold them.

    Terms are words of two characters or more, in lower case, and pairs of neighbours. A term counts
    that at least two texts hold; where there is none, every term does. Half of those that are
    weighed tell most about the target, the others are the most frequent: these alone are words of
    every review, such as "the", and without them a linear model of short messages errs more. Every
    text counts alike, whatever its row weighs.
    """

    card = TransformCard(
        key="tf-idf",
        title="Weights of words",
        kinds=frozenset({ColumnKind.TEXT}),
        source="Manning, Raghavan, Schütze: Introduction to Information Retrieval (2008), "
        "pp. 117-128; scikit-learn, TfidfVectorizer; which words: Yang, Pedersen: A Comparative "
        "Study on Feature Selection in Text Categorization, ICML 14 (1997), chi-square and "
        "document frequency",
        role=Role.READ_TEXT,
        word="tf_idf",
    )
    supervised_script = staticmethod(weigh_terms)

    def deal(self, n_rows: int, rng: np.random.Generator) -> _Codes:
        """Return 0 for the rows that `fit` counts terms in, and 1 for others."""
        fold = np.zeros(n_rows, dtype=np.int64)
        if n_rows > MAX_TEXTS:
            fold[:] = 1
            fold[rng.choice(n_rows, MAX_TEXTS, replace=False)] = 0
        return fold

    def fit(
        self, block: npt.NDArray[np.object_], names: Sequence[str], lesson: Lesson
    ) -> FittedStep:
        """Count the terms of each column, and choose among them."""
        is_counted = self.deal(len(block), lesson.rng) == 0
        answers = _Answers.of(lesson, is_counted)
        most = min(MOST_TERMS, MAX_CELLS // max(block.size, 1))
        learned = [_terms(column.tolist(), answers, most=most) for column in block[is_counted].T]
        outputs = tuple(
            f"{name}: {term}"
            for name, (terms, _) in zip(names, learned, strict=True)
            for term in terms
        )
        step = TfIdf(
            tuple(terms for terms, _ in learned), tuple(rarities for _, rarities in learned)
        )
        return FittedStep(step, outputs)


@dataclass(frozen=True)
class _Answers:
    """What the texts are held against.

    Attributes:
        ranks: (n, m) of the target less their mean, of three classes or more for each.
        scale: (m,) what each counts, by the variance of its ranks: a class as much as it has rows.
    """

    ranks: _Floats
    scale: _Floats

    @classmethod
    def of(cls, lesson: Lesson, is_counted: npt.NDArray[np.bool_]) -> Self:
        """Return those of the rows that are counted."""
        y, n_classes = lesson.y[is_counted], len(lesson.labels)
        classes = y[:, None] == np.arange(n_classes) if n_classes > 2 else y[:, None]
        known = classes.astype(np.float64)
        ranks = np.column_stack([pl.Series(each).rank() for each in known.T])
        ranks = ranks - ranks.mean(axis=0)
        counts_for = known.mean(axis=0) if n_classes > 2 else 1.0
        return cls(ranks, counts_for / np.where(ranks.var(axis=0) > 0, ranks.var(axis=0), 1.0))

    def told_by(self, held: "csr_array") -> _Floats:
        """Return (n_terms,) how much terms tell, by (n, n_terms) 1 where a text holds one."""
        n_rows = len(self.ranks)
        share = held.sum(axis=0) / n_rows
        spread = np.where(share < 1, share * (1 - share), 1.0)
        squares = (held.T @ self.ranks / n_rows) ** 2
        told: _Floats = (squares * self.scale).sum(axis=1) / spread
        return told


def _terms(
    texts: Sequence[str | None], answers: _Answers, *, most: int
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the terms to weigh, those that tell most first, and the rarity of each."""
    terms, counts = _counted(texts)
    if not terms:
        return (), ()
    width = max(LEAST_TERMS, min(most, int(_COLUMNS_A_TERM * counts.sum() / len(texts))))
    n_texts = np.bincount(counts.indices, minlength=len(terms))
    shared = np.flatnonzero(n_texts >= min(_MIN_TEXTS, n_texts.max()))
    counts, found = counts[:, shared], [terms[at] for at in shared.tolist()]
    n_times = counts.sum(axis=0).tolist()
    telling = answers.told_by((counts > 0).astype(np.float64)).tolist()
    every = range(len(found))
    best = sorted(every, key=lambda at: (-telling[at], -n_times[at], found[at]))[: width // 2]
    often = sorted({*every} - {*best}, key=lambda at: (-n_times[at], found[at]))
    kept = [*best, *often][:width]
    rarities = np.log((1 + len(texts)) / (1 + n_texts[shared[kept]])) + 1
    return tuple(found[at] for at in kept), tuple(rarities.tolist())


def _counted(texts: Sequence[str | None]) -> "tuple[list[str], csr_array]":
    """Return all terms, and (n, n_terms) how often each text holds each."""
    from scipy.sparse import csr_array

    places: dict[str, int] = {}
    ends, columns = [0], list[int]()
    for text in texts:
        columns += [places.setdefault(term, len(places)) for term in terms_of(text or "")]
        ends.append(len(columns))
    counts = csr_array((np.ones(len(columns)), columns, ends), shape=(len(texts), len(places)))
    counts.sum_duplicates()
    return list(places), counts


COMPONENT = WeighTerms()
