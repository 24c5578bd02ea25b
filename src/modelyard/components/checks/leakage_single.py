"""Reports a column that predicts the target almost perfectly all alone.

Such a column is, as a rule, a consequence of the target or another name for it, and is not there
when the model is asked. The prediction is the simplest that there is: rows are put into bins of the
column, and each bin answers with what the other half of the rows holds there, so that a column
which only names its rows predicts nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote
from typing import Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.protocols.checks import CheckCard, CheckInput

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

# Chosen by benchmarks/leakage.py on twelve public tables, measured as below. Explained variance: at
# most 0.87 by an honest column (a diamond's width and its price), at least 0.95 by a leaking one (a
# loan's grade and its rate); of the ranks 0.935 against 0.98. Rows told apart, net of the commonest
# class: at most 0.87 (iris by its petals); the odour of mushrooms is honest and tells 98.5 % of
# them, 0.97 net (notes to the UCI Mushroom table).
_EXPLAINED = 0.94
_EXPLAINED_RANKS = 0.97
_TOLD_APART = 0.975

_MAX_ROWS = 20_000
_MIN_ROWS = 50
_MIN_OTHER_ROWS = 10
# Holds the number of any of these rows, and is sorted by its digits in place of comparisons.
_SORTED_FAST = np.uint16
# Wide tables are judged on fewer rows, so that the work stays bounded.
_MAX_CELLS = 4_000_000
# Rows in a bin: many say how high a bin is, few say where it ends. The better answer counts.
_ROWS_PER_BIN, _MAX_BINS = 20, 256
_ROWS_PER_FINE_BIN, _MAX_FINE_BINS = 5, 4_096
# Where missing stands among numbers that lie between -1 and 1.
_FAR = 10.0
# A category that is seen less often is judged together with the other rare ones.
_MIN_ROWS_PER_CATEGORY = 5

# A date orders a growing target perfectly and is still known beforehand.
_JUDGED = frozenset(
    {ColumnKind.NUMERIC, ColumnKind.INTEGER, ColumnKind.BOOLEAN, ColumnKind.CATEGORY}
)


class LeakageSingle:
    """Looks at each feature alone."""

    card = CheckCard("leakage-single", "A column that gives the answer away", ("leakage-single",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature that alone predicts rows that it was not learned from."""
        if subject.target is None or subject.task is None or not subject.features:
            return
        n_rows = int(np.clip(_MAX_CELLS // len(subject.features), 2_000, _MAX_ROWS))
        known = subject.known(n_rows)
        judge = _Judge.over(known)
        if judge is None:
            return
        for name in subject.features:
            if known.table.column(name).kind in _JUDGED:
                verdict = judge.judge(known.table, name)
                if verdict.excess >= 0:
                    yield _finding(name, verdict.told, subject)


@dataclass(frozen=True)
class _Judge:
    """Measures how well a column alone predicts rows that it was not learned from.

    Attributes:
        halves: the rows, dealt into two.
        y: (n,) the target as numbers.
        ranks: (n,) ranks of the values, for a target with a long tail; empty for classes.
        classes: (n,) class codes; empty for a regression.
    """

    halves: tuple[IntArray, IntArray]
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

    def judge(self, table: Table, name: str) -> "_Verdict":
        """Return the worst that is to be said of the column."""
        column = _Column.of(table, name)
        coarse = column.bins(min(len(self.y) // _ROWS_PER_BIN, _MAX_BINS))
        if not len(self.ranks):
            answers = [self._answers_of_bins(coarse), self._answers_of_bins(coarse, is_even=True)]
            if not column.is_coarse:
                answers.append(self._answers_of_neighbours(column))
            verdicts = [
                verdict
                for answer in answers
                for verdict in (self._told_apart(answer), self._told_evenly(answer))
            ]
        else:
            verdicts = self._explained_by(coarse)
            if not column.is_coarse:
                n_bins = min(len(self.y) // _ROWS_PER_FINE_BIN, _MAX_FINE_BINS)
                verdicts += self._explained_by(column.bins(n_bins))
        return max(verdicts, key=lambda verdict: verdict.excess)

    def _explained_by(self, bins: IntArray) -> list["_Verdict"]:
        value, rank = self._explained(bins, self.y), self._explained(bins, self.ranks)
        return [
            _Verdict(value - _EXPLAINED, f"explains {value:.1%} of the variance of"),
            _Verdict(rank - _EXPLAINED_RANKS, f"explains {rank:.1%} of the order of"),
        ]

    def _explained(self, bins: IntArray, y: FloatArray) -> float:
        """Return the share of the variance that bin means of the other half explain."""
        n_bins = int(bins.max()) + 1
        squares = 0.0
        for taught, judged in (self.halves, self.halves[::-1]):
            counts = np.bincount(bins[taught], minlength=n_bins)
            sums = np.bincount(bins[taught], weights=y[taught], minlength=n_bins)
            means = np.where(counts > 0, sums / np.maximum(counts, 1), y[taught].mean())
            squares += float(np.square(y[judged] - means[bins[judged]]).sum())
        return 1 - squares / float(np.square(y - y.mean()).sum())

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

    def _answers_of_neighbours(self, column: "_Column") -> IntArray:
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

    def _told_apart(self, answers: IntArray) -> "_Verdict":
        """Judge the share of the rows outside the commonest class that is got right, net."""
        n_rows, n_common = len(answers), int(np.bincount(self.classes).max())
        n_wrong = int((answers != self.classes).sum())
        told = (
            f"gets {1 - n_wrong / n_rows:.1%} of the rows right (the commonest class makes up "
            f"{n_common / n_rows:.1%}) in"
        )
        return _Verdict(1 - n_wrong / (n_rows - n_common) - _TOLD_APART, told)

    def _told_evenly(self, answers: IntArray) -> "_Verdict":
        """Judge the share that is got right of each class, on average, net of guessing.

        Of two classes it is the informedness: some false alarms hide no rare class that is found.
        Source: Powers: Evaluation: from precision, recall and F-measure to ROC (2011).
        """
        sizes = np.bincount(self.classes)
        right = np.bincount(self.classes[answers == self.classes], minlength=len(sizes))
        is_class = sizes >= _MIN_OTHER_ROWS
        n_classes = int(is_class.sum())
        if n_classes < 2:
            return _Verdict(-1.0, "")
        share = float((right[is_class] / sizes[is_class]).mean())
        told = f"gets {share:.1%} of each class right, on average, in"
        return _Verdict((n_classes * share - 1) / (n_classes - 1) - _TOLD_APART, told)


@dataclass(frozen=True)
class _Verdict:
    """What a column does for the target, and by how much that is more than can be honest."""

    excess: float
    told: str


@dataclass(frozen=True)
class _Column:
    """The values of a column, numbered; numbers in their order, missing as a value of its own."""

    values: FloatArray
    codes: IntArray
    counts: IntArray
    is_number: bool

    @classmethod
    def of(cls, table: Table, name: str) -> Self:
        is_number = table.column(name).kind.is_number
        values = table.numbers(name) if is_number else table.codes(name)
        distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
        # Within -1 and 1, so that missing can stand where it is no number's neighbour.
        largest = np.abs(distinct[np.isfinite(distinct)]).max(initial=0.0) or 1.0
        scaled = np.clip(np.nan_to_num(distinct / largest, nan=_FAR), -_FAR, _FAR)
        return cls(scaled, codes, counts, is_number)

    @property
    def is_coarse(self) -> bool:
        """Whether a finer binning makes no difference."""
        return not self.is_number or len(self.counts) <= len(self.codes) // _ROWS_PER_BIN

    def bins(self, n_bins: int) -> IntArray:
        """Return a bin for each row: categories as they are, numbers in bins of equal size."""
        n_values = len(self.counts)
        if not self.is_number:
            is_rare = self.counts < _MIN_ROWS_PER_CATEGORY
            return np.where(is_rare, n_values, np.arange(n_values))[self.codes]
        if n_values <= n_bins:
            return self.codes
        middle = np.cumsum(self.counts) - self.counts / 2
        bin_of_value = (middle * n_bins / len(self.codes)).astype(np.int64)
        return bin_of_value[self.codes]


def _finding(name: str, told: str, subject: CheckInput) -> Finding:
    return Finding(
        code="leakage-single",
        severity=Severity.ERROR,
        message=(
            f"Column '{name}' alone {told} '{subject.target}', measured on rows that it was not "
            "learned from: it may be known only once the answer is."
        ),
        columns=(name,),
        sample=tuple(str(value) for value in subject.table.frame[name].drop_nulls()[:5]),
        fix=(
            f"Drop it with --drop {quote(name)}, or accept it with "
            f"--accept {quote(f'leakage-single:{name}')}."
        ),
        fixes=("drop-column",),
        safe_fix="drop-column",
    )


COMPONENT = LeakageSingle()
