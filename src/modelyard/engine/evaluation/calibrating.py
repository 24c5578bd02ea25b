"""Fits maps that calibrate probabilities, and takes one only where it is proven to help.

Every candidate is judged by cross-validation within rows that taught nothing: what it gains in log
loss on rows that it was not fitted on must be above zero for sure.

Source: temperature and a slope for each class: Guo, Pleiss, Sun, Weinberger: On Calibration of
Modern Neural Networks (2017), section 4.2; two classes: Platt: Probabilistic Outputs for Support
Vector Machines (1999); isotonic: Zadrozny, Elkan: Transforming Classifier Scores into Accurate
Multiclass Probability Estimates (2002).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from modelyard.runtime.calibration import FLOOR, Calibration

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Fit = Callable[[FloatArray, IntArray], Calibration]

N_FOLDS = 5
# Fewer rows cannot show a gain that is worth having: the interval of five folds of ten.
_MIN_ROWS = 50
# Isotonic regression needs about a thousand rows (Niculescu-Mizil, Caruana: Predicting Good
# Probabilities with Supervised Learning (2005), section 5).
_ISOTONIC_ROWS = 1_000
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


def choose_calibration(
    asked: str,
    scores: FloatArray,
    *,
    y_true: IntArray,
    of_unit: IntArray,
    rng: np.random.Generator,
) -> Calibrated:
    """Return the candidate that improves the log loss most, if it does so for sure.

    Args:
        asked: `auto`, or the one method that may be taken.
        scores: (n, n_labels) probabilities of rows that taught nothing.
        y_true: (n,) class codes.
        of_unit: (n,) unit of each row; a unit is never parted by a fold.
        rng: of the folds.
    """
    n_rows = len(y_true)
    if n_rows < _MIN_ROWS:
        return Calibrated(None, f"not calibrated: {n_rows} validation rows are too few", n_rows)
    n_units = len(np.unique(of_unit))
    if n_units < N_FOLDS:
        return Calibrated(None, f"not calibrated: validation rows of {n_units} groups are too few")
    candidates = _candidates(asked, n_rows)
    folds = rng.permutation(np.arange(of_unit.max() + 1) % N_FOLDS)[of_unit]
    before = _losses(scores, y_true)
    gains = {
        method: before - _held_out_losses(fit, scores, y_true, folds)
        for method, fit in candidates.items()
    }
    best = max(gains, key=lambda method: float(gains[method].mean()))
    gain, half = _interval(gains[best], of_unit, n_candidates=len(gains))
    low, high = gain - half, gain + half
    if not low > 0:
        reason = f"not calibrated: the best candidate ({best}) gains nothing for sure"
        return Calibrated(None, reason, n_rows, gain, low, high)
    calibration = candidates[best](scores, y_true)
    return Calibrated(calibration, f"calibrated by {best}", n_rows, gain, low, high)


def _candidates(asked: str, n_rows: int) -> Mapping[str, Fit]:
    every: dict[str, Fit] = {
        "temperature": fit_temperature,
        "sigmoid": fit_sigmoid,
        "isotonic": fit_isotonic,
    }
    if asked != "auto":
        return {asked: every[asked]}
    return every if n_rows >= _ISOTONIC_ROWS else {k: every[k] for k in ("temperature", "sigmoid")}


def fit_temperature(scores: FloatArray, y_true: IntArray) -> Calibration:
    """Fit one slope for the logits of all labels."""
    n_labels = scores.shape[1]
    (slope,) = _fit_logits(scores, y_true, _Shared(n_labels, has_offset=False))[:1]
    return Calibration("temperature", slopes=(slope,) * n_labels, offsets=(0.0,) * n_labels)


def fit_sigmoid(scores: FloatArray, y_true: IntArray) -> Calibration:
    """Fit slope and offset: one of each for two labels, one of each for every label of more."""
    n_labels = scores.shape[1]
    if n_labels == 2:
        slope, offset = _fit_logits(scores, y_true, _Shared(n_labels, has_offset=True))
        return Calibration("sigmoid", slopes=(slope, slope), offsets=(0.0, offset))
    found = _fit_logits(scores, y_true, None)
    return Calibration("sigmoid", tuple(found[:n_labels]), tuple(found[n_labels:]))


def fit_isotonic(scores: FloatArray, y_true: IntArray) -> Calibration:
    """Fit a rising map of each label against the rest, or of the second of two."""
    codes = [1] if scores.shape[1] == 2 else range(scores.shape[1])
    knots = tuple(_rising(scores[:, code], y_true == code) for code in codes)
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


def _fit_logits(scores: FloatArray, y_true: IntArray, shared: _Shared | None) -> list[float]:
    """Return slopes, then offsets, that make the log loss least."""
    from scipy.optimize import minimize

    logits, n_labels = np.log(np.maximum(scores, FLOOR)), scores.shape[1]
    happened = np.eye(n_labels)[y_true]

    def loss(found: FloatArray) -> tuple[float, FloatArray]:
        slopes, offsets = shared.spread(found) if shared else (found[:n_labels], found[n_labels:])
        raised = logits * slopes + offsets
        raised -= raised.max(axis=1, keepdims=True)
        shares = np.exp(raised)
        total = shares.sum(axis=1, keepdims=True)
        surplus = (shares / total - happened) / len(y_true)
        lost = float(np.mean(np.log(total[:, 0]) - (raised * happened).sum(axis=1)))
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
    given: FloatArray, happened: npt.NDArray[np.bool_]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the knots of an isotonic regression, nowhere too steep and nowhere sure.

    The ends are those of Laplace's rule of succession: of n rows none can say more.
    """
    from sklearn.isotonic import IsotonicRegression

    end = 1 / (len(given) + 2)
    fitted = IsotonicRegression(y_min=end, y_max=1 - end).fit(given, happened.astype(np.float64))
    x, y = fitted.X_thresholds_.astype(np.float64), fitted.y_thresholds_.astype(np.float64)
    for at in range(1, len(x)):
        y[at] = min(y[at], y[at - 1] + _STEEPEST * (x[at] - x[at - 1]))
    return tuple(x.tolist()), tuple(y.tolist())


def _losses(scores: FloatArray, y_true: IntArray) -> FloatArray:
    of_truth = scores[np.arange(len(y_true)), y_true]
    return np.asarray(-np.log(np.clip(of_truth, FLOOR, 1 - FLOOR)))


def _held_out_losses(fit: Fit, scores: FloatArray, y_true: IntArray, folds: IntArray) -> FloatArray:
    losses = np.empty(len(y_true))
    for fold in range(N_FOLDS):
        held = folds == fold
        if held.any():
            calibration = fit(scores[~held], y_true[~held])
            losses[held] = _losses(calibration.apply(scores[held]), y_true[held])
    return losses


def _interval(gains: FloatArray, of_unit: IntArray, *, n_candidates: int) -> tuple[float, float]:
    """Return the mean gain and half of its 95 % interval, allowing for the choice among several.

    Units are the witnesses, and each candidate gets its share of the error (Bonferroni).
    Source: Cameron, Miller: A Practitioner's Guide to Cluster-Robust Inference (2015), section II.
    """
    from scipy.special import stdtrit

    mean = float(gains.mean())
    by_unit = np.bincount(of_unit, weights=gains - mean)
    n_units = int((np.bincount(of_unit) > 0).sum())
    if n_units < 2:
        return mean, float("inf")
    spread = sqrt(n_units / (n_units - 1) * float(by_unit @ by_unit)) / len(gains)
    return mean, float(stdtrit(n_units - 1, 1 - 0.025 / n_candidates)) * spread
