"""Fits on fewer and fewer rows, each time judged by the same folds."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from modelyard.domain.learning import LearningCurve, LearningPoint
from modelyard.engine.evaluation.judging import Judge
from modelyard.engine.splitting import carve
from modelyard.engine.units import IntArray

FloatArray = npt.NDArray[np.float64]

SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)
_HALF = SHARES.index(0.5)
# Where the user asks for no cross-validation: five fits on each of three folds.
_N_FOLDS = 3
# A fit on fewer rows tells nothing of the algorithm.
_MIN_ROWS = 20


@dataclass(frozen=True)
class _Measured:
    """Scores and numbers of rows, (n_folds, n_shares); NaN where a share was too small."""

    scores: FloatArray
    n_rows: FloatArray


def learning_curve(judge: Judge, n_folds: int, *, rng: np.random.Generator) -> LearningCurve:
    """Fit on 10, 25, 50, 75 and 100 % of each fold's training rows.

    Groups are kept whole and classes keep their shares; of rows in time the latest teach, which is
    what a shorter history would have been.

    Args:
        judge: of the training.
        n_folds: 0 means three.
        rng: of the dealing and the fits.
    """
    judge.workshop.progress.stage("Learning from fewer rows")
    dealt = judge.folds(n_folds or _N_FOLDS, rng)
    measured = _measure(judge, dealt, rng)
    points = tuple(
        LearningPoint(
            share=share,
            n_rows=int(measured.n_rows[:, at].mean()),
            mean=float(measured.scores[:, at].mean()),
            sd=float(measured.scores[:, at].std(ddof=1)),
        )
        for at, share in enumerate(SHARES)
        if np.isfinite(measured.scores[:, at]).all()
    )
    goodness = judge.metric.card.goodness(measured.scores)
    gains = goodness[:, -1] - goodness[:, _HALF]
    held = np.array([len(fold) for _, fold in dealt])
    half = _interval_half(gains, float((held / measured.n_rows[:, -1]).mean()))
    gain = float(gains.mean())
    return LearningCurve(
        metric=judge.metric.card.title,
        n_folds=len(dealt),
        points=points,
        gain=gain,
        gain_low=gain - half,
        gain_high=gain + half,
    )


def _measure(
    judge: Judge, dealt: list[tuple[IntArray, IntArray]], rng: np.random.Generator
) -> _Measured:
    scores = np.full((len(dealt), len(SHARES)), np.nan)
    n_rows = np.zeros_like(scores)
    for fold, (train, held) in enumerate(dealt):
        for at, share in enumerate(SHARES):
            judge.workshop.progress.advance(fold * len(SHARES) + at, scores.size)
            teaching = train if share == 1 else some_of(judge, train, share=share, rng=rng)
            n_rows[fold, at] = len(teaching)
            if len(teaching) >= _MIN_ROWS:
                scores[fold, at] = judge.score_taught_by(teaching, held, rng=rng)
    judge.workshop.progress.advance(scores.size, scores.size)
    return _Measured(scores, n_rows)


def some_of(judge: Judge, rows: IntArray, *, share: float, rng: np.random.Generator) -> IntArray:
    """Return a share of the rows by the rules of the split, none where they are too few.

    Groups are kept whole and classes keep their shares; of rows in time the latest are chosen.
    """
    dealer = judge.dealer
    _, chosen = carve(
        dealer.table.take(rows),
        dealer.y[rows],
        task=dealer.task,
        share=share,
        bonds=dealer.bonds,
        rng=rng,
    )
    return rows[chosen]


def _interval_half(gains: FloatArray, held_by_taught: float) -> float:
    """Return half the 95 % interval of a mean over folds that share their training rows.

    Source: Nadeau, Bengio: Inference for the Generalization Error (2003), the corrected t-test.
    """
    from scipy.special import stdtrit

    n_folds = len(gains)
    if n_folds < 2:
        return float("nan")
    error = sqrt((1 / n_folds + held_by_taught) * float(gains.var(ddof=1)))
    return float(stdtrit(n_folds - 1, 0.975)) * error
