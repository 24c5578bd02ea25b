"""Leaderboards for the tests of what is told about AutoML."""

from modelyard.domain.leaderboards import Candidate, Entry, Leaderboard
from modelyard.domain.trials import Ending, TrialStatus


def entry(number, algorithm, goodness, **facts):
    """Return the entry of a candidate that was scored on five folds, a little apart."""
    folds = tuple(goodness + shift for shift in (-0.02, -0.01, 0.0, 0.01, 0.02))
    return Entry(
        number=number,
        candidate=Candidate(f"{algorithm}-{number}", algorithm, {}, "a test"),
        status=TrialStatus.SUCCEEDED,
        **{
            "score": goodness,
            "goodness": goodness,
            "fold_scores": folds,
            "fit_s": 2.0,
            "row_us": 50.0,
            "size_bytes": 1000,
            **facts,
        },
    )


def unscored(number, algorithm, status, reason=""):
    """Return the entry of a candidate that has no score."""
    one = Candidate(f"{algorithm}-{number}", algorithm, {}, "a test")
    return Entry(number, one, status, reason=reason, at_s=float(number))


def board(*entries, **facts):
    """Return a leaderboard of entries; the first of the best answers alone."""
    return Leaderboard(
        **{
            "metric": "roc-auc",
            "metric_title": "ROC-AUC",
            "n_folds": 5,
            "n_rows": 400,
            "entries": entries,
            "tied": (),
            "blend_score": 0.91,
            "ending": Ending.TIME,
            "duration_s": 40.0,
            "time_limit_s": 60.0,
            **facts,
        }
    )
