"""Fits maps that calibrate probabilities, and takes one only where it is proven to help.

Every candidate is judged by cross-validation within rows that taught nothing: what it gains in log
loss on rows that it was not fitted on must be above zero for sure, and worth having.

Source: temperature and a slope for each class: Guo, Pleiss, Sun, Weinberger: On Calibration of
Modern Neural Networks (2017), section 4.2; two classes: Platt: Probabilistic Outputs for Support
Vector Machines (1999); isotonic: Zadrozny, Elkan: Transforming Classifier Scores into Accurate
Multiclass Probability Estimates (2002).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt

from modelyard.runtime.calibration import FLOOR, Calibration

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

N_FOLDS = 5
# Fewer rows cannot show a gain that is worth having: the interval of five folds of ten.
_MIN_ROWS = 50
# Isotonic regression needs about a thousand rows (Niculescu-Mizil, Caruana: Predicting Good
# Probabilities with Supervised Learning (2005), section 5).
_ISOTONIC_ROWS = 1_000
# A map must gain so much of what guessing loses (two thousandths of a nat for two equal classes): a
# convention. What is surer than sure already gains by every steeper map, and by none that matters.
_LEAST_GAIN = 0.003
# Probabilities, rows by labels, by which maps are held against each other; what is taken is fitted
# on all rows. Of 26 labels that is 3,800 rows, in one second of processor time in place of four
# to six for 18,000.
_MOST_CELLS = 100_000
# Rows of each label that slopes and offsets of many labels are fitted to, fifty for each number
# that is found. Of 40 and 100 labels with fewer rows none gained what temperature did, and up to
# 700 steps took 4 and 14 seconds of processor time, that no budget had left room for.
_ROWS_A_LABEL = 100
# A slope of the logits beyond this is a fit to rows that happen to be parted.
_SLOPES = (0.05, 20.0)
# A map as steep would turn the last digits of a probability into a difference that can be seen.
_STEEPEST = 50.0


@dataclass(frozen=True)
class Calibrated:
    """What was chosen, and what it gained.

    Attributes:
        calibration: None where none is applied.
        reason: one sentence that says why.
        n_rows: that it was fitted and judged on.
        gain, low, high: in log loss of the best candidate, with its interval; NaN where none was
            judged.
    """

    calibration: Calibration | None
    reason: str
    n_rows: int = 0
    gain: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class Rows:
    """Rows that taught nothing, by which maps are fitted and judged.

    Attributes:
        scores: (n, n_labels) probabilities.
        y_true: (n,) class codes.
        of_unit: (n,) unit of each row; a unit is never parted by a fold.
        weight: (n,) above zero, what each row counts; None for equal weights.
    """

    scores: FloatArray
    y_true: IntArray
    of_unit: IntArray
    weight: FloatArray | None = None

    @property
    def counts(self) -> FloatArray:
        """(n,) what each row counts, 1 on average."""
        if self.weight is None:
            return np.ones(len(self.y_true))
        counts: FloatArray = self.weight / self.weight.mean()
        return counts

    @property
    def losses(self) -> FloatArray:
        """(n,) the log loss of each row."""
        of_truth = self.scores[np.arange(len(self.y_true)), self.y_true]
        return np.asarray(-np.log(np.clip(of_truth, FLOOR, 1 - FLOOR)))

    def of(self, rows: npt.NDArray[np.bool_]) -> "Rows":
        """Return some of them."""
        weight = None if self.weight is None else self.weight[rows]
        return Rows(self.scores[rows], self.y_true[rows], self.of_unit[rows], weight)


Fit = Callable[[Rows], Calibration]


def choose_calibration(asked: str, rows: Rows, *, rng: np.random.Generator) -> Calibrated:
    """Return the candidate that improves the log loss most, if it does so for sure.

    Args:
        asked: `auto`, or the one method that may be taken.
        rows: that taught nothing.
        rng: of the folds.
    """
    n_rows, of_unit = len(rows.y_true), rows.of_unit
    if n_rows < _MIN_ROWS:
        return Calibrated(None, f"not calibrated: {n_rows} validation rows are too few", n_rows)
    n_units = len(np.unique(of_unit))
    if n_units < N_FOLDS:
        return Calibrated(None, f"not calibrated: validation rows of {n_units} groups are too few")
    judged = _some(rows, rng=rng)
    candidates = _candidates(asked, judged)
    folds = rng.permutation(np.arange(of_unit.max() + 1) % N_FOLDS)[judged.of_unit]
    gains = {
        method: judged.counts * (judged.losses - _held_out_losses(fit, judged, folds))
        for method, fit in candidates.items()
    }
    best = max(gains, key=lambda method: float(gains[method].mean()))
    gain, half = _interval(gains[best], judged, n_candidates=len(gains))
    low, high = gain - half, gain + half
    if not low > 0:
        reason = f"not calibrated: the best candidate ({best}) gains nothing for sure"
        return Calibrated(None, reason, n_rows, gain, low, high)
    if gain < _LEAST_GAIN * _guessed(rows):
        reason = f"not calibrated: the best candidate ({best}) gains too little to matter"
        return Calibrated(None, reason, n_rows, gain, low, high)
    calibration = candidates[best](rows)
    return Calibrated(calibration, f"calibrated by {best}", n_rows, gain, low, high)


def _some(rows: Rows, *, rng: np.random.Generator) -> Rows:
    """Return as many rows as are judged on, all of some units; all where rows or units are few."""
    most = _MOST_CELLS // rows.scores.shape[1]
    if len(rows.y_true) <= most:
        return rows
    place = rng.permutation(rows.of_unit.max() + 1)[rows.of_unit]
    # The units before this place have no more rows together.
    kept = place < np.partition(place, most)[most]
    return rows.of(kept) if len(np.unique(place[kept])) >= N_FOLDS else rows


def _guessed(rows: Rows) -> float:
    """Return the log loss of answering each row with the shares of the labels: their entropy."""
    shares = np.bincount(rows.y_true, weights=rows.counts) / len(rows.y_true)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def _candidates(asked: str, judged: Rows) -> Mapping[str, Fit]:
    every: dict[str, Fit] = {
        "temperature": fit_temperature,
        "sigmoid": fit_sigmoid,
        "isotonic": fit_isotonic,
    }
    if asked != "auto":
        return {asked: every[asked]}
    n_rows, n_labels = judged.scores.shape
    if n_labels > 2 and n_rows < _ROWS_A_LABEL * n_labels:
        del every["sigmoid"]
    if n_rows < _ISOTONIC_ROWS:
        del every["isotonic"]
    return every


def fit_temperature(rows: Rows) -> Calibration:
    """Fit one slope for the logits of all labels."""
    n_labels = rows.scores.shape[1]
    (slope,) = _fit_logits(rows, _Shared(n_labels, has_offset=False))[:1]
    return Calibration("temperature", slopes=(slope,) * n_labels, offsets=(0.0,) * n_labels)


def fit_sigmoid(rows: Rows) -> Calibration:
    """Fit slope and offset: one of each for two labels, one of each for every label of more."""
    n_labels = rows.scores.shape[1]
    if n_labels == 2:
        slope, offset = _fit_logits(rows, _Shared(n_labels, has_offset=True))
        return Calibration("sigmoid", slopes=(slope, slope), offsets=(0.0, offset))
    found = _fit_logits(rows, None)
    return Calibration("sigmoid", tuple(found[:n_labels]), tuple(found[n_labels:]))


def fit_isotonic(rows: Rows) -> Calibration:
    """Fit a rising map of each label against the rest, or of the second of two."""
    n_labels = rows.scores.shape[1]
    codes = [1] if n_labels == 2 else range(n_labels)
    knots = tuple(_rising(rows.scores[:, code], rows.y_true == code, rows.counts) for code in codes)
    return Calibration("isotonic", knots=knots)


@dataclass(frozen=True)
class _Shared:
    """One slope for all labels and, of two, an offset of the second."""

    n_labels: int
    has_offset: bool

    def spread(self, found: FloatArray) -> tuple[FloatArray, FloatArray]:
        offsets = np.zeros(self.n_labels)
        if self.has_offset:
            offsets[1] = found[1]
        return np.full(self.n_labels, found[0]), offsets

    def gathered(self, of_slopes: FloatArray, of_offsets: FloatArray) -> FloatArray:
        total = float(of_slopes.sum())
        return np.array([total, of_offsets[1]] if self.has_offset else [total])


def _fit_logits(rows: Rows, shared: _Shared | None) -> list[float]:
    """Return slopes, then offsets, that make the log loss least."""
    from scipy.optimize import minimize

    logits, n_labels = np.log(np.maximum(rows.scores, FLOOR)), rows.scores.shape[1]
    happened, counts = np.eye(n_labels)[rows.y_true], rows.counts

    def loss(found: FloatArray) -> tuple[float, FloatArray]:
        slopes, offsets = shared.spread(found) if shared else (found[:n_labels], found[n_labels:])
        raised = logits * slopes + offsets
        raised -= raised.max(axis=1, keepdims=True)
        shares = np.exp(raised)
        total = shares.sum(axis=1, keepdims=True)
        surplus = (shares / total - happened) * (counts / len(counts))[:, None]
        lost = float(np.mean(counts * (np.log(total[:, 0]) - (raised * happened).sum(axis=1))))
        of_slopes, of_offsets = (surplus * logits).sum(axis=0), surplus.sum(axis=0)
        if shared:
            return lost, shared.gathered(of_slopes, of_offsets)
        return lost, np.concatenate([of_slopes, of_offsets])

    n_slopes = 1 if shared else n_labels
    n_offsets = int(shared.has_offset) if shared else n_labels
    start = np.concatenate([np.ones(n_slopes), np.zeros(n_offsets)])
    bounds = [_SLOPES] * n_slopes + [(-_SLOPES[1], _SLOPES[1])] * n_offsets
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return [float(each) for each in found.x]


def _rising(
    given: FloatArray, happened: npt.NDArray[np.bool_], counts: FloatArray
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the knots of an isotonic regression, nowhere too steep and nowhere sure.

    The ends are those of Laplace's rule of succession: of n rows none can say more. As by
    scikit-learn's IsotonicRegression, which takes a second to load.
    """
    from scipy.optimize import isotonic_regression

    end = 1 / (len(given) + 2)
    x, of_row = np.unique(given, return_inverse=True)
    weights = np.bincount(of_row, weights=counts)
    shares = np.bincount(of_row, weights=counts * happened) / weights
    y = np.clip(isotonic_regression(shares, weights=weights).x, end, 1 - end)
    # Within a level line no knot is needed.
    is_knot = np.ones(len(x), dtype=np.bool_)
    is_knot[1:-1] = (y[1:-1] != y[:-2]) | (y[1:-1] != y[2:])
    x, y = x[is_knot], y[is_knot]
    for at in range(1, len(x)):
        y[at] = min(y[at], y[at - 1] + _STEEPEST * (x[at] - x[at - 1]))
    return tuple(x.tolist()), tuple(y.tolist())


def _held_out_losses(fit: Fit, rows: Rows, folds: IntArray) -> FloatArray:
    losses = np.empty(len(rows.y_true))
    for fold in range(N_FOLDS):
        held = folds == fold
        if held.any():
            taught, others = rows.of(~held), rows.of(held)
            calibration = fit(taught)
            losses[held] = replace(others, scores=calibration.apply(others.scores)).losses
    return losses


def _interval(gains: FloatArray, rows: Rows, *, n_candidates: int) -> tuple[float, float]:
    """Return the mean of weighed gains and half of its 95 % interval.

    It allows for the choice among several candidates: each gets its share of the error
    (Bonferroni). Units are the witnesses.
    Source: Cameron, Miller: A Practitioner's Guide to Cluster-Robust Inference (2015), section II.
    """
    from scipy.special import stdtrit

    mean = float(gains.mean())
    by_unit = np.bincount(rows.of_unit, weights=gains - rows.counts * mean)
    n_units = int((np.bincount(rows.of_unit) > 0).sum())
    if n_units < 2:
        return mean, float("inf")
    spread = sqrt(n_units / (n_units - 1) * float(by_unit @ by_unit)) / len(gains)
    return mean, float(stdtrit(n_units - 1, 1 - 0.025 / n_candidates)) * spread
