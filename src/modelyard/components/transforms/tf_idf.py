"""Turns texts into weights of their words and pairs of words."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.tf_idf import TfIdf, terms_of

# Columns of one text column. They are dense: 65,536 rows, which serving takes at a time, fill
# 100 MB of float64.
MAX_TERMS = 200

# Texts that the terms are counted in, drawn at random where there are more: a term that the most
# frequent 200 hold stands in hundreds of these.
MAX_TEXTS = 20_000

# A term of one text alone says nothing about another.
_MIN_TEXTS = 2


def weigh_terms(
    table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
) -> tuple[pl.DataFrame, list[str]]:
    """Add the TF-IDF weights of the 200 most frequent words and pairs of neighbouring words."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    made: dict[str, pl.Series] = {}
    for name in columns:
        texts = table[name].fill_null("")
        lesson = texts[taught].to_list()
        counting = CountVectorizer(ngram_range=(1, 2))
        counts = counting.fit_transform(lesson)
        n_times, n_texts = counts.sum(axis=0).tolist()[0], np.bincount(counts.indices).tolist()
        found = counting.get_feature_names_out().tolist()
        ranked = sorted(zip(found, n_times, n_texts, strict=True), key=lambda e: (-e[1], e[0]))
        kept = [term for term, _, n in ranked if n > 1] or [term for term, _, _ in ranked]
        weighing = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, vocabulary=kept[:200])
        weights = weighing.fit(lesson).transform(texts.to_list()).toarray()
        made |= {f"{name}: {term}": pl.Series(weights[:, at]) for at, term in enumerate(kept[:200])}
    return table.with_columns(**made), list(made)


class WeighTerms:
    """Learns the most frequent terms of each column, and how many of the texts hold them.

    Terms are words of two characters or more, in lower case, and pairs of neighbours. A term counts
    that at least two texts hold; where there is none, every term does.
    """

    card = TransformCard(
        key="tf-idf",
        title="Weights of words",
        kinds=frozenset({ColumnKind.TEXT}),
        source="Manning, Raghavan, Schütze: Introduction to Information Retrieval (2008), "
        "pp. 117-128; scikit-learn, TfidfVectorizer",
        role=Role.READ_TEXT,
        word="tf_idf",
    )
    script = staticmethod(weigh_terms)

    def fit(
        self, block: npt.NDArray[np.object_], names: Sequence[str], lesson: Lesson
    ) -> FittedStep:
        """Count the terms of each column."""
        rows = np.arange(len(block))
        if len(rows) > MAX_TEXTS:
            rows = np.sort(lesson.rng.choice(rows, MAX_TEXTS, replace=False))
        learned = [_terms(column.tolist()) for column in block[rows].T]
        outputs = tuple(
            f"{name}: {term}"
            for name, (terms, _) in zip(names, learned, strict=True)
            for term in terms
        )
        step = TfIdf(
            tuple(terms for terms, _ in learned), tuple(rarities for _, rarities in learned)
        )
        return FittedStep(step, outputs)


def _terms(texts: Sequence[str | None]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the terms to weigh, the most frequent first, and the rarity of each."""
    counts: Counter[str] = Counter()
    n_texts: Counter[str] = Counter()
    for text in texts:
        terms = terms_of(text or "")
        counts.update(terms)
        n_texts.update(set(terms))
    shared = [term for term, n in n_texts.items() if n >= _MIN_TEXTS] or list(n_texts)
    kept = tuple(sorted(shared, key=lambda term: (-counts[term], term))[:MAX_TERMS])
    rarities = np.log((1 + len(texts)) / (1 + np.array([n_texts[term] for term in kept]))) + 1
    return kept, tuple(rarities.tolist())


COMPONENT = WeighTerms()
