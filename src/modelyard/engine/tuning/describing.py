"""What a package keeps of a search: no durations, so that two equal trainings keep the same."""

from typing import Any

from modelyard.domain.trials import Search, Trial, TrialStatus, best_first

# Trials that a package keeps; all of them are in the record of the run.
_KEPT = 5


def described(search: Search) -> dict[str, Any]:
    """Return a search as plain JSON values."""
    return {
        "type": search.search_type,
        "metric": search.metric,
        "n_folds": search.n_folds,
        "n_repeats": search.n_repeats,
        "space": {each.name: each.told for each in search.space},
        "ending": search.ending.value,
        "n_trials": {status.value: search.count(status) for status in TrialStatus},
        "n_tied": len(search.tied),
        "best": [_described(each) for each in best_first(search.trials)[:_KEPT]],
        "default": _described(search.default),
    }


def _described(trial: Trial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "status": trial.status.value,
        "score": trial.score,
        "parameters": dict(trial.parameters),
    }
