"""What package and record keep of an AutoML run: no durations, so that equal runs keep the same."""

from math import isfinite
from typing import Any

from modelyard.domain.leaderboards import Entry, Leaderboard
from modelyard.domain.trials import CANDIDATE, Trial
from modelyard.engine.log_targets import LOGARITHM, TAUGHT

# The best candidates that a package keeps, beside those that answer in it; all of them are in the
# record of the run.
_KEPT = 20


def described(leaderboard: Leaderboard) -> dict[str, Any]:
    """Return a leaderboard as plain JSON values."""
    return {
        "metric": leaderboard.metric,
        "n_folds": leaderboard.n_folds,
        "n_rows": leaderboard.n_rows,
        "n_again": leaderboard.n_again,
        "n_candidates": len(leaderboard.entries),
        "blend_score": _told(leaderboard.blend_score),
        "free_score": _told(leaderboard.free_score),
        "serve": leaderboard.serve,
        "tied": list(leaderboard.tied),
        "ending": leaderboard.ending.value,
        "entries": [_described(each) for each in _kept(leaderboard)],
    }


def _kept(leaderboard: Leaderboard) -> list[Entry]:
    """Return the best ones, and what answers in the model wherever it stands."""
    ranked = enumerate(leaderboard.ranked)
    return [each for place, each in ranked if place < _KEPT or each.weight > 0]


def _told(score: float | None) -> float | None:
    """Return a score, None where no fold could be scored."""
    return score if score is not None and isfinite(score) else None


def _described(entry: Entry) -> dict[str, Any]:
    candidate, shipped = entry.candidate, entry.shipped
    return {
        "number": entry.number,
        "name": candidate.name,
        "algorithm": candidate.algorithm,
        "parameters": dict(candidate.parameters),
        "preparation": dict(candidate.preparation),
        "is_log": candidate.is_log,
        "status": entry.status.value,
        "score": entry.score,
        "weight": entry.weight,
        "size_bytes": entry.size_bytes,
        "shipped": None
        if shipped is None
        else {
            "n_models": shipped.n_models,
            "is_refitted": shipped.is_refitted,
            "is_full": shipped.is_full,
            "size_bytes": shipped.size_bytes,
        },
    }


def trial_of(entry: Entry) -> Trial:
    """Return an entry as the trial that the record of a run keeps."""
    candidate = entry.candidate
    taught = {TAUGHT: LOGARITHM} if candidate.is_log else {}
    tried = {**candidate.parameters, **candidate.preparation, **taught}
    return Trial(
        number=entry.number,
        parameters={CANDIDATE: candidate.name, **tried},
        status=entry.status,
        score=entry.score,
        goodness=entry.goodness,
        fold_scores=entry.fold_scores,
        duration_s=entry.fit_s,
        reason=entry.reason,
        at_s=entry.at_s,
        why=candidate.reason,
        peak_bytes=entry.peak_bytes or None,
    )
