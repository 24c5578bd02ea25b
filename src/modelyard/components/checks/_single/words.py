"""Answers with the one word of a text that tells most, as a list of decisions does.

Source: Rivest: Learning Decision Lists (1987); Yarowsky: Decision Lists for Lexical Ambiguity
Resolution (1994), who lets the strongest piece of evidence decide alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from modelyard.runtime.steps.tf_idf import terms_of

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

# What is seen less often tells by chance: a term of four rows is pure once in eight.
_MIN_ROWS_PER_TERM = 5
# A term decides where so much of it, each class counted by its size, is of one class; rows without
# one that decides are answered alike. A decision that errs more cannot help a column to the bounds.
_DECIDES = 0.95


@dataclass(frozen=True)
class Words:
    """Which words and pairs of words the texts of a column hold, as a model of text takes them.

    Attributes:
        rows, terms: (m,) pairs of a row and the number of a term in it, each pair once.
        n_rows, n_terms: how many there are.
    """

    rows: IntArray
    terms: IntArray
    n_rows: int
    n_terms: int

    @classmethod
    def of(cls, texts: Sequence[str | None] | npt.NDArray[np.object_]) -> Self:
        """Read texts; missing ones hold nothing, and terms of too few rows are passed over."""
        numbers: dict[str, int] = {}
        rows, terms = [], []
        for row, text in enumerate(texts):
            held = {numbers.setdefault(term, len(numbers)) for term in terms_of(text or "")}
            rows += [row] * len(held)
            terms += sorted(held)
        every = np.array(terms, dtype=np.int64)
        is_kept = np.bincount(every, minlength=len(numbers)) >= _MIN_ROWS_PER_TERM
        kept = is_kept[every]
        places = np.cumsum(is_kept) - 1
        in_rows = np.array(rows, dtype=np.int64)[kept]
        return cls(in_rows, places[every[kept]], len(texts), int(is_kept.sum()))

    def answers(self, classes: IntArray, *, taught: IntArray) -> IntArray:
        """Return (n,) the class of every row, as the rows `taught` tell it."""
        strength, told = self._decisions(classes, taught=taught)
        by_strength = np.argsort(strength[self.terms], kind="stable")
        by_strength = by_strength[strength[self.terms[by_strength]] > 0]
        answers = np.full(self.n_rows, -1)
        # Of several terms in a row the strongest is written last.
        answers[self.rows[by_strength]] = told[self.terms[by_strength]]
        is_open = answers < 0
        rest = classes[taught][is_open[taught]]
        answers[is_open] = np.bincount(rest if len(rest) else classes[taught]).argmax()
        return answers

    def _decisions(self, classes: IntArray, *, taught: IntArray) -> tuple[FloatArray, IntArray]:
        """Return how surely each term decides, 0 where it does not, and for which class."""
        is_taught = np.zeros(self.n_rows, dtype=bool)
        is_taught[taught] = True
        mine = is_taught[self.rows]
        n_classes = int(classes.max()) + 1
        pairs = self.terms[mine] * n_classes + classes[self.rows[mine]]
        counts = np.bincount(pairs, minlength=self.n_terms * n_classes)
        counts = counts.reshape(self.n_terms, n_classes)
        even = counts / np.maximum(np.bincount(classes[taught], minlength=n_classes), 1)
        shares = even.max(axis=1) / np.maximum(even.sum(axis=1), np.finfo(float).tiny)
        n_held = counts.sum(axis=1)
        decides = (n_held >= _MIN_ROWS_PER_TERM) & (shares >= _DECIDES)
        return np.where(decides, shares * n_held / (n_held + 1), 0.0), even.argmax(axis=1)
