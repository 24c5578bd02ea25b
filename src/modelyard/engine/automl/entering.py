"""What became of a candidate: its entry, scored on the rows that its folds hold out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from modelyard.catalog import pick
from modelyard.domain.leaderboards import Candidate, Entry
from modelyard.domain.tasks import Task
from modelyard.domain.trials import TrialStatus
from modelyard.engine.automl.arenas import Arena
from modelyard.engine.automl.fits import FoldFit
from modelyard.engine.evaluation.estimates import score_once
from modelyard.engine.evaluation.judging import Judge
from modelyard.protocols.executors import Notice, Outcome

FloatArray = npt.NDArray[np.float64]

_STATUS = {
    Outcome.ENDED: TrialStatus.SUCCEEDED,
    Outcome.FAILED: TrialStatus.FAILED,
    Outcome.STOPPED: TrialStatus.CANCELLED,
    Outcome.TOO_LARGE: TrialStatus.FAILED,
}


# Defined on any rows.
_OF_CLASSES, _OF_NUMBERS = "log-loss", "rmse"


def ranking(judge: Judge, arena: Arena) -> Judge:
    """Return a judge whose metric tells candidates apart: the one that decides, where it can.

    Of one class alone, say, as the newest rows of a rare event may be, an area under the ROC curve
    is not defined, whatever a candidate answers. Where that is so on every fold, another ranks.
    """
    if any(_tells(judge, arena, fold) for fold in range(len(arena.folds))):
        return judge
    key = _OF_NUMBERS if judge.plan.task is Task.REGRESSION else _OF_CLASSES
    other = pick(judge.workshop.catalog.metrics(), key, shelf="metrics")
    judge.workshop.progress.stage(
        f"{judge.metric.card.title} tells nothing of the rows that are held out: "
        f"{other.card.title} ranks the candidates"
    )
    return replace(judge, metric=other)


def _tells(judge: Judge, arena: Arena, fold: int) -> bool:
    """Return whether the truth itself scores as well as can be on the rows that a fold holds out.

    Of one class alone a correlation is 0, say, whatever is answered.
    """
    plan, rows = judge.plan, arena.folds[fold].held
    is_number = plan.task is Task.REGRESSION
    truth = plan.y[rows][:, None] if is_number else np.eye(len(plan.labels))[plan.y[rows]]
    best = score_of_fold(truth, fold, judge=judge, arena=arena)
    ideal = judge.metric.card.ideal
    return bool(np.isfinite(best)) and (ideal is None or bool(np.isclose(best, ideal)))


def entry_of(
    notice: Notice,
    candidate: Candidate,
    *,
    fits: Sequence[FoldFit],
    judge: Judge,
    arena: Arena,
) -> Entry:
    """Return the entry of a candidate that has ended, without the moment at which it ended.

    Args:
        notice: the last one of it.
        candidate: that was fitted.
        fits: of the folds that it has finished.
        judge: whose metric scores it.
        arena: on whose rows.
    """
    n_folds = len(arena.folds)
    scores: list[float | None] = [None] * n_folds
    for each in fits:
        found = score_of_fold(each.scores, each.fold, judge=judge, arena=arena)
        # A fold that lacks a class, say, cannot be scored.
        scores[each.fold] = found if np.isfinite(found) else None
    known = [score for score in scores if score is not None]
    score = float(np.mean(known)) if known else None
    status, reason = _STATUS[notice.outcome], notice.reason
    if len(fits) == n_folds and score is not None:
        # Also where the end of the run came between its last fold and its own end.
        status, reason = TrialStatus.SUCCEEDED, ""
    elif status is TrialStatus.SUCCEEDED:
        status = TrialStatus.FAILED
    elif status is TrialStatus.CANCELLED:
        reason = f"ended with the run after {len(fits)} of {n_folds} folds"
    return Entry(
        number=notice.number,
        candidate=candidate,
        status=status,
        score=score,
        goodness=None if score is None else judge.metric.card.goodness(score),
        fold_scores=tuple(scores),
        fit_s=notice.wall_s,
        cpu_s=notice.cpu_s,
        row_us=sum(each.row_us for each in fits),
        batch_us=sum(each.batch_us for each in fits),
        size_bytes=sum(len(each.graph) for each in fits),
        peak_bytes=notice.peak_bytes,
        reason=reason,
    )


def passed_over(number: int, candidate: Candidate, *, needed_s: float, at_s: float) -> Entry:
    """Return the entry of a candidate for which there was no time.

    Args:
        number: of the entry.
        candidate: that was not begun.
        needed_s: seconds that it would have taken.
        at_s: seconds from the beginning of the training.
    """
    reason = f"would take about {max(needed_s, 1.0):.0f} s, more than was left for fits"
    return Entry(number, candidate, TrialStatus.PRUNED, reason=reason, at_s=at_s)


def best_of(entries: Sequence[Entry]) -> Entry | None:
    """Return the best of those that were scored on every fold, None where there is none."""
    scored = [each for each in entries if each.is_complete and each.goodness is not None]
    return max(scored, key=lambda each: each.goodness or 0.0, default=None)


def score_of_fold(scores: FloatArray, fold: int, *, judge: Judge, arena: Arena) -> float:
    """Return the metric of (n, m) scores for the rows that a fold holds out."""
    plan, rows = judge.plan, arena.folds[fold].held
    weight = None if plan.weight is None else plan.weight[rows]
    return score_once(judge.metric, plan.y[rows], scores=scores, task=plan.task, weight=weight)
