"""Finds parts of the rows that a model serves clearly worse than the rest.

Conditions on one column are looked at, and pairs of the strongest of them. What is told is large
(its effect size says so, and it costs something), no chance (a test that is corrected for all that
could have been looked at) and new (most of its rows were not told of before, and are weak
themselves).

Source: Chung, Kraska, Polyzotis, Tae, Whang: Slice Finder: Automated Data Slicing for Model
Validation (2019): conditions, effect size and its threshold, Welch's test. Holm: A Simple
Sequentially Rejective Multiple Test Procedure (1979): the correction, for tests of any dependence.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from modelyard.domain.evaluations import IntervalUnit
from modelyard.engine.evaluation.parts import BoolArray, Part
from modelyard.engine.evaluation.resampling import Resampling

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# A slice of fewer rows cannot be told from chance, nor acted on: the 95 % interval of a share of 30
# rows (Wilson) is up to 34 points wide.
MIN_ROWS = 30
# A share of the rows beyond which it is the rest that is the slice.
_MAX_SHARE = 0.5
# Chung et al., section 5: differences of 0.4 standard deviations are worth telling.
_MIN_EFFECT = 0.4
_ALPHA = 0.05
# Single conditions that are joined in pairs: 66 pairs take 10 ms on 10,000 rows.
_N_STRONGEST = 12
_MAX_SLICES = 5
# Of a slice's rows, how many no earlier one may have told of.
_MIN_FRESH = 0.5


@dataclass(frozen=True)
class Lost:
    """What rows lost.

    Attributes:
        losses: (n,) of each row.
        weight: (n,) above zero, what each row counts; None for equal weights.
        floor: a smaller difference of means is not worth telling, however sure it is.
    """

    losses: FloatArray
    weight: FloatArray | None = None
    floor: float = 0.0

    def of(self, rows: BoolArray | IntArray) -> "Lost":
        """Return some of the rows."""
        weight = None if self.weight is None else self.weight[rows]
        return replace(self, losses=self.losses[rows], weight=weight)

    @property
    def shares(self) -> FloatArray:
        """(n,) what each row is of the whole."""
        if self.weight is None:
            return np.full(len(self.losses), 1 / len(self.losses))
        shares: FloatArray = self.weight / self.weight.sum()
        return shares

    @property
    def mean(self) -> float:
        """What is lost on average."""
        return float(np.average(self.losses, weights=self.weight))

    @property
    def variance(self) -> float:
        """The mean squared distance from the mean."""
        return float(np.average((self.losses - self.mean) ** 2, weights=self.weight))


@dataclass(frozen=True)
class WeakPart:
    """A slice that was found.

    Attributes:
        where: its conditions in words.
        rows: (n,) whether a row belongs to it.
        p_value: corrected.
    """

    where: tuple[str, ...]
    rows: BoolArray
    p_value: float


@dataclass(frozen=True)
class _Tested:
    """A candidate with how far it is from the rest."""

    parts: tuple[Part, ...]
    rows: BoolArray
    effect: float
    t: float
    n_free: int

    @property
    def p_value(self) -> float:
        """That so large a t is chance, one-sided."""
        from scipy.special import stdtr

        return float(stdtr(self.n_free, -self.t))


def find_slices(
    lost: Lost, parts: Sequence[Part], *, bound: Resampling
) -> tuple[tuple[WeakPart, ...], int]:
    """Return slices, the one with the largest effect first, and how many were to choose from.

    Args:
        lost: by each row.
        parts: conditions on one column, each with its rows.
        bound: rows of one unit are one witness.
    """
    singles = [_test((part,), lost, bound) for part in parts]
    strongest = sorted(singles, key=lambda each: -each.t)[:_N_STRONGEST]
    strongest = [each for each in strongest if each.t > 0]
    pairs = [
        _test((*one.parts, *other.parts), lost, bound)
        for one, other in combinations(strongest, 2)
        if one.parts[0].column != other.parts[0].column
    ]
    n_looked = len(singles) + _n_possible_pairs(parts)
    telling = [each for each in singles if _is_clear(each)]
    telling += [each for each in pairs if _is_clear(each) and _adds(each, lost, len(pairs))]
    proven = _proven(telling, n_looked)
    return _apart(proven, lost, bound), n_looked


def _test(parts: tuple[Part, ...], lost: Lost, bound: Resampling) -> _Tested:
    """Compare a candidate with the rest by the influence of each unit on the difference of means.

    Where every row is a unit and counts alike, this is Welch's test. Source: Liang, Zeger:
    Longitudinal Data Analysis Using Generalized Linear Models (1986), for units of several rows;
    Cochran: Sampling Techniques (1977), section 6.4, for the mean of weighed rows as a ratio.
    """
    rows = np.logical_and.reduce([part.rows for part in parts])
    inside, outside = lost.of(rows), lost.of(~rows)
    if len(inside.losses) < 2 or len(outside.losses) < 2:
        return _Tested(parts, rows, 0.0, 0.0, 1)
    difference = inside.mean - outside.mean
    spread = float(np.sqrt((inside.variance + outside.variance) / 2))
    if spread == 0 or difference < lost.floor:
        return _Tested(parts, rows, 0.0, 0.0, 1)
    n_units = _n_units(rows, lost, bound)
    if bound.unit is IntervalUnit.ROW and lost.weight is None:
        n_inside, n_outside = len(inside.losses), len(outside.losses)
        error = inside.variance / (n_inside - 1) + outside.variance / (n_outside - 1)
    else:
        pull = np.empty(len(rows))
        pull[rows] = (inside.losses - inside.mean) * inside.shares
        pull[~rows] = (outside.mean - outside.losses) * outside.shares
        pulls = np.bincount(bound.of_row, pull, minlength=bound.n_units)
        error = float((pulls**2).sum()) * bound.n_units / max(1, bound.n_units - 1)
    t = difference / float(np.sqrt(error)) if error > 0 else 0.0
    return _Tested(parts, rows, difference / spread, t, max(1, n_units - 1))


def _n_units(rows: BoolArray, lost: Lost, bound: Resampling) -> int:
    """Return how many witnesses a slice has: of weighed rows Kish's effective sample size."""
    if lost.weight is None:
        is_row = bound.unit is IntervalUnit.ROW
        return int(rows.sum()) if is_row else len(np.unique(bound.of_row[rows]))
    weights = np.bincount(bound.of_row[rows], lost.weight[rows])
    return int(weights.sum() ** 2 / (weights**2).sum())


def _is_clear(tested: _Tested) -> bool:
    n_rows = int(tested.rows.sum())
    is_sized = MIN_ROWS <= n_rows <= _MAX_SHARE * len(tested.rows)
    return is_sized and tested.effect >= _MIN_EFFECT


def _adds(pair: _Tested, lost: Lost, n_pairs: int) -> bool:
    """Whether a pair is clearly worse than what else each of its two conditions picks."""
    for part in pair.parts:
        within = lost.of(part.rows)
        here = Part(part.column, part.told, pair.rows[part.rows])
        tested = _test((here,), within, Resampling.of_rows(len(within.losses)))
        if tested.t <= 0 or tested.p_value > _ALPHA / n_pairs:
            return False
    return True


def _n_possible_pairs(parts: Sequence[Part]) -> int:
    """Return how many pairs could have been looked at: the strongest are no chance pick of them."""
    columns = [part.column for part in parts]
    same = sum(n * (n - 1) // 2 for n in Counter(columns).values())
    return len(columns) * (len(columns) - 1) // 2 - same


def _proven(telling: Sequence[_Tested], n_looked: int) -> list[tuple[_Tested, float]]:
    """Return candidates with their corrected p-values, by falling effect, as far as Holm allows."""
    found, least = [], 0.0
    by_p = sorted(((each, each.p_value) for each in telling), key=lambda each: each[1])
    for rank, (each, p_value) in enumerate(by_p):
        least = max(least, min(1.0, p_value * (n_looked - rank)))
        if least > _ALPHA:
            break
        found.append((each, least))
    return sorted(found, key=lambda each: -each[0].effect)


def _apart(
    proven: Sequence[tuple[_Tested, float]], lost: Lost, bound: Resampling
) -> tuple[WeakPart, ...]:
    """Return those that are weak by rows that no earlier one told of."""
    told: list[WeakPart] = []
    covered = np.zeros(len(lost.losses), dtype=bool)
    for tested, p_value in proven:
        fresh = tested.rows & ~covered
        if fresh.sum() >= _MIN_FRESH * tested.rows.sum():
            here = Part(tested.parts[0].column, "", fresh)
            if _test((here,), lost, bound).effect >= _MIN_EFFECT:
                where = tuple(part.told for part in tested.parts)
                told.append(WeakPart(where, tested.rows, p_value))
                covered |= tested.rows
        if len(told) == _MAX_SLICES:
            break
    return tuple(told)
