"""Judges how well one column tells the target of rows that it was not learned from.

The prediction is the simplest that there is: rows are put into bins of the column, and each bin
answers with what the other half of the rows holds there, so that a column which only names its rows
predicts nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from modelyard.components.checks._single.values import Column, forms_of
from modelyard.components.checks._single.words import Words
from modelyard.domain.columns import ColumnKind
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.protocols.checks import CheckInput

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Halves = tuple[IntArray, IntArray]


@dataclass(frozen=True)
class Bounds:
    """From where on a column that tells so much is doubted, and from where on it is refused."""

    doubted: float
    refused: float


# Chosen by benchmarks/leakage.py on twelve public tables, measured as below. Explained variance: at
# most 0.87 by an honest column (a diamond's width and its price), at least 0.95 by a leaking one (a
# loan's grade and its rate); of the ranks 0.935 against 0.98. Rows told apart, net of the commonest
# class: 0.87 to 0.94 by the draw (iris by its petals, 150 rows); the odour of mushrooms is honest
# and tells 98.5 % of them, 0.97 net (notes to the UCI Mushroom table). A copy of two classes with
# 2 % of its rows wrong lies between 0.90 and 0.96, net; there a word of doubt is due, and no more.
_EXPLAINED = Bounds(0.90, 0.94)
_EXPLAINED_RANKS = Bounds(0.95, 0.97)
_TOLD_APART = Bounds(0.90, 0.975)

_MIN_ROWS = 50
_MIN_OTHER_ROWS = 10
# Holds the number of any row that is judged, and is sorted by its digits in place of comparisons.
_SORTED_FAST = np.uint16
# Rows in a bin: many say how high a bin is, few say where it ends. The better answer counts.
_ROWS_PER_BIN, _MAX_BINS = 20, 256
# Share of the rows from which on those of common categories are judged alone as well: of a target
# in bands the few rows of the outermost ones, taken together, vary more than all others.
_MOST_COMMON = 0.95
_ROWS_PER_FINE_BIN, _MAX_FINE_BINS = 5, 4_096


@dataclass(frozen=True)
class Verdict:
    """What a column does for the target, and how much of that can be honest."""

    value: float
    bounds: Bounds
    told: str

    @property
    def excess(self) -> float:
        """By how much it is more than can be honest."""
        return self.value - self.bounds.refused

    @property
    def is_refused(self) -> bool:
        """Whether it is more than can be honest."""
        return self.excess >= 0

    @property
    def is_doubted(self) -> bool:
        """Whether it is more than honest columns do as a rule."""
        return self.value >= self.bounds.doubted


@dataclass(frozen=True)
class Judge:
    """Measures how well a column alone predicts rows that it was not learned from.

    Attributes:
        halves: the rows, dealt into two.
        y: (n,) the target as numbers.
        ranks: (n,) ranks of the values, for a target with a long tail; empty for classes.
        classes: (n,) class codes; empty for a regression.
    """

    halves: Halves
    y: FloatArray
    ranks: FloatArray
    classes: IntArray

    @classmethod
    def over(cls, known: CheckInput) -> Self | None:
        """Return the judge, or None where the rows are too few or too alike to tell."""
        values = known.target_codes()
        if len(values) < _MIN_ROWS:
            return None
        order = known.rng.permutation(len(values))
        halves = order[::2], order[1::2]
        distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
        if known.task is Task.REGRESSION:
            ranks = (np.cumsum(counts) - counts / 2)[codes]
            empty = np.empty(0, dtype=np.int64)
            return cls(halves, values, ranks, empty) if len(distinct) > 1 else None
        if len(values) - counts.max() < _MIN_OTHER_ROWS:
            return None
        return cls(halves, values, np.empty(0), codes.astype(np.int64))

    def judge(self, table: Table, name: str) -> Verdict:
        """Return the worst that is to be said of the column."""
        verdicts = list(self._verdicts(table, name))
        return max(verdicts, key=lambda each: (each.is_refused, each.is_doubted, each.excess))

    def _verdicts(self, table: Table, name: str) -> Iterator[Verdict]:
        if len(self.ranks):
            yield from self._of_number(Column.of(table, name))
        elif table.column(name).kind is ColumnKind.TEXT:
            yield from self._of_answers(self._answers_of_words(Words.of(table.strings(name))))
        else:
            for column in forms_of(table, name):
                yield from self._of_class(column)

    def _of_number(self, column: Column) -> Iterator[Verdict]:
        n_bins = min(len(self.y) // _ROWS_PER_BIN, _MAX_BINS)
        yield from self._explained_by(column.bins(n_bins), self.halves)
        is_common = column.is_common
        if _MOST_COMMON <= is_common.mean() < 1:
            first, second = (half[is_common[half]] for half in self.halves)
            yield from self._explained_by(column.bins(n_bins), (first, second))
        if column.is_finer_than(n_bins):
            n_bins = min(len(self.y) // _ROWS_PER_FINE_BIN, _MAX_FINE_BINS)
            yield from self._explained_by(column.bins(n_bins), self.halves)

    def _of_class(self, column: Column) -> Iterator[Verdict]:
        n_bins = min(len(self.y) // _ROWS_PER_BIN, _MAX_BINS)
        coarse = column.bins(n_bins)
        yield from self._of_answers(self._answers_of_bins(coarse))
        yield from self._of_answers(self._answers_of_bins(coarse, is_even=True))
        if column.is_finer_than(n_bins):
            yield from self._of_answers(self._answers_of_neighbours(column))

    def _of_answers(self, answers: IntArray) -> Iterator[Verdict]:
        yield self._told_apart(answers)
        yield self._told_evenly(answers)

    def _explained_by(self, bins: IntArray, halves: Halves) -> list[Verdict]:
        value, rank = (_explained(bins, of, halves) for of in (self.y, self.ranks))
        return [
            Verdict(value, _EXPLAINED, f"explains {value:.1%} of the variance of"),
            Verdict(rank, _EXPLAINED_RANKS, f"explains {rank:.1%} of the order of"),
        ]

    def _answers_of_bins(self, bins: IntArray, *, is_even: bool = False) -> IntArray:
        """Answer each row with the commonest class of its bin in the other half.

        Or, if `is_even`, with the class that has the largest share of its rows there, so that a
        rare class is answered where it is common for its size.
        """
        n_bins, n_classes = int(bins.max()) + 1, int(self.classes.max()) + 1
        answers = np.empty_like(self.classes)
        for taught, judged in (self.halves, self.halves[::-1]):
            pairs = bins[taught] * n_classes + self.classes[taught]
            counts = np.bincount(pairs, minlength=n_bins * n_classes).reshape(n_bins, n_classes)
            counts[~counts.any(axis=1), counts.sum(axis=0).argmax()] = 1
            weights = 1 / np.maximum(counts.sum(axis=0), 1) if is_even else np.ones(n_classes)
            answers[judged] = (counts * weights).argmax(axis=1)[bins[judged]]
        return answers

    def _answers_of_words(self, words: Words) -> IntArray:
        """Answer each row with the class that its most telling word has in the other half."""
        answers = np.empty_like(self.classes)
        for taught, judged in (self.halves, self.halves[::-1]):
            answers[judged] = words.answers(self.classes, taught=taught)[judged]
        return answers

    def _answers_of_neighbours(self, column: Column) -> IntArray:
        """Answer each row with the class of the row of the other half that is nearest in value.

        Where classes lie apart this errs nowhere, however rare they are.
        """
        values, codes = column.values[column.codes], column.codes.astype(_SORTED_FAST)
        answers = np.empty_like(self.classes)
        for taught, judged in (self.halves, self.halves[::-1]):
            ordered = taught[np.argsort(codes[taught], kind="stable")]
            counts = np.bincount(codes[taught], minlength=len(column.values))
            above = (np.cumsum(counts) - counts)[codes[judged]].clip(1, len(ordered) - 1)
            upper, lower = ordered[above], ordered[above - 1]
            is_lower = values[judged] - values[lower] < values[upper] - values[judged]
            answers[judged] = self.classes[np.where(is_lower, lower, upper)]
        return answers

    def _told_apart(self, answers: IntArray) -> Verdict:
        """Judge the share of the rows outside the commonest class that is got right, net."""
        n_rows, n_common = len(answers), int(np.bincount(self.classes).max())
        n_wrong = int((answers != self.classes).sum())
        told = (
            f"gets {1 - n_wrong / n_rows:.1%} of the rows right (the commonest class makes up "
            f"{n_common / n_rows:.1%}) in"
        )
        return Verdict(1 - n_wrong / (n_rows - n_common), _TOLD_APART, told)

    def _told_evenly(self, answers: IntArray) -> Verdict:
        """Judge the share that is got right of each class, on average, net of guessing.

        Of two classes it is the informedness: some false alarms hide no rare class that is found.
        Source: Powers: Evaluation: from precision, recall and F-measure to ROC (2011).
        """
        sizes = np.bincount(self.classes)
        right = np.bincount(self.classes[answers == self.classes], minlength=len(sizes))
        is_class = sizes >= _MIN_OTHER_ROWS
        n_classes = int(is_class.sum())
        if n_classes < 2:
            return Verdict(-1.0, _TOLD_APART, "")
        share = float((right[is_class] / sizes[is_class]).mean())
        told = f"gets {share:.1%} of each class right, on average, in"
        return Verdict((n_classes * share - 1) / (n_classes - 1), _TOLD_APART, told)


def _explained(bins: IntArray, y: FloatArray, halves: Halves) -> float:
    """Return the share of the variance that bin means of the other half explain."""
    n_bins = int(bins.max()) + 1
    squares, known = 0.0, y[np.concatenate(halves)]
    for taught, judged in (halves, halves[::-1]):
        counts = np.bincount(bins[taught], minlength=n_bins)
        sums = np.bincount(bins[taught], weights=y[taught], minlength=n_bins)
        means = np.where(counts > 0, sums / np.maximum(counts, 1), y[taught].mean())
        squares += float(np.square(y[judged] - means[bins[judged]]).sum())
    spread = float(np.square(known - known.mean()).sum())
    return 1 - squares / spread if spread > 0 else 0.0
