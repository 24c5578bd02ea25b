"""What to do where AutoML's model was not shown to beat an answer that ignores every column.

That can be for want of rows, of time, or of columns that tell; each asks for something else.
"""

import numpy as np

from modelyard.domain.evaluations import Evaluation, IntervalUnit, MetricEstimate
from modelyard.domain.leaderboards import Leaderboard
from modelyard.domain.suggestions import Suggestion, Topic
from modelyard.domain.trials import Ending, TrialStatus
from modelyard.engine.tuning.ties import paired_interval
from modelyard.kit.numerals import count, counted, decimals_for, number, span
from modelyard.reporting.estimates import decimals_of

# Folds that say by how much they differ, and the most of one dealing.
_LEAST_FOLDS, _MOST_DEALT = 3, 5
# A gain of less than this share of the way from guessing to the best value is about nothing: a
# ROC-AUC of 0.525. Half of what Cohen: Statistical Power Analysis (1988), table 2.2.1, calls a
# small effect (0.556).
_NOTHING = 0.05
# So many candidates, of two algorithms at least, have tried what the columns tell.
_SEVERAL, _KINDS = 3, 2


def doubt_of(board: Leaderboard, evaluation: Evaluation) -> Suggestion | None:
    """Return what to do where guessing was not beaten, None where it was or nothing was measured.

    "No algorithm will do" is said only where the whole interval of the gain lies at about nothing
    and several candidates had their try.
    """
    deciding = evaluation.deciding
    if not np.isfinite(deciding.gain) or deciding.beats_baseline:
        return None
    if board.metric == evaluation.metric and _is_told_by_folds(board, deciding):
        return Suggestion(Topic.ROWS, _told_by_folds(board, evaluation))
    if _lacks_candidates(board):
        return Suggestion(Topic.TIME, _more_candidates(board, evaluation))
    if deciding.gain_high < -_about_nothing(deciding):
        return Suggestion(Topic.ROWS, _worse(deciding))
    if _is_nothing(deciding) and _has_tried_several(board):
        told = f"No algorithm will do: {_figures(deciding)}. Look for columns that tell more."
        return Suggestion(Topic.ALGORITHM, told)
    return Suggestion(Topic.ROWS, _more_rows(evaluation))


def _is_told_by_folds(board: Leaderboard, deciding: MetricEstimate) -> bool:
    """Return whether the best candidate does better than the baseline, by its folds' interval.

    Never by rows that it may remember.
    """
    if not board.is_of_new:
        return False
    sign = 1.0 if deciding.higher_is_better else -1.0
    scores = [score for score in board.ranked[0].fold_scores if score is not None]
    gains = [sign * (score - deciding.baseline) for score in scores]
    if len(gains) < _LEAST_FOLDS:
        return False
    # A dealing has five folds at most; more of them are two dealings.
    n_dealt = min(board.n_folds, _MOST_DEALT)
    low, _ = paired_interval(gains, held_ratio=1 / (n_dealt - 1))
    return bool(low > 0)


def _told_by_folds(board: Leaderboard, evaluation: Evaluation) -> str:
    each = evaluation.deciding
    return (
        f"The {count(evaluation.n_rows)} test rows cannot tell whether the model does better "
        f"than an answer that ignores every column (95 % interval of the gain {_gain(each)}); the "
        f"{board.n_folds} folds can: {each.title} is {number(board.blend_score)} there. Test on "
        "more rows, with --split 0.7,0,0.3 for example, or add rows."
    )


def _lacks_candidates(board: Leaderboard) -> bool:
    """Return whether most candidates could not be begun, or one alone was scored."""
    n_skipped = sum(each.status is TrialStatus.PRUNED for each in board.entries)
    n_complete = sum(each.is_complete for each in board.entries)
    return n_skipped > n_complete or n_complete <= 1


def _more_candidates(board: Leaderboard, evaluation: Evaluation) -> str:
    n_skipped = sum(each.status is TrialStatus.PRUNED for each in board.entries)
    n_complete = sum(each.is_complete for each in board.entries)
    few = f"{counted(n_complete, 'candidate')} could be scored"
    if n_skipped:
        few += f" and {count(n_skipped)} could not be begun"
    ways = {Ending.TIME: ", with a longer --time-limit", Ending.TRIALS: ", with more --trials"}
    too = ""
    if not _is_nothing(evaluation.deciding):
        too = f" Test on more {_units(evaluation)} as well: so few can hardly tell."
    return (
        f"Too few have competed to say whether another algorithm does better than guessing: {few}. "
        f"{_figures(evaluation.deciding)}. Let more compete{ways.get(board.ending, '')}.{too}"
    )


def _worse(deciding: MetricEstimate) -> str:
    return (
        f"The model is worse than guessing on the test rows: {_figures(deciding)}. Look at how "
        "these differ from the rows that taught, in time or by groups: --time or --group deals "
        "rows as they will come."
    )


def _more_rows(evaluation: Evaluation) -> str:
    unit, n_rows = evaluation.interval_unit, counted(evaluation.n_rows, "row")
    who = f"The {n_rows} that test"
    if unit is not IntervalUnit.ROW and evaluation.n_units:
        who = f"The {n_rows} that test, of {counted(evaluation.n_units, unit.noun)},"
    return (
        f"{who} cannot tell whether the model is better than guessing: "
        f"{_figures(evaluation.deciding)}. More {_units(evaluation)} would tell."
    )


def _units(evaluation: Evaluation) -> str:
    """Return what there should be more of."""
    unit = evaluation.interval_unit if evaluation.n_units else IntervalUnit.ROW
    return f"{unit.noun}s"


def _is_nothing(deciding: MetricEstimate) -> bool:
    nothing = _about_nothing(deciding)
    return bool(-nothing <= deciding.gain_low and deciding.gain_high <= nothing)


def _about_nothing(deciding: MetricEstimate) -> float:
    """Return a gain that is as good as none: a share of what there is to gain."""
    ideal = 0.0 if deciding.ideal is None else deciding.ideal
    return _NOTHING * abs(ideal - deciding.baseline)


def _has_tried_several(board: Leaderboard) -> bool:
    tried = [each.candidate.algorithm for each in board.entries if each.is_complete]
    return len(tried) >= _SEVERAL and len(set(tried)) >= _KINDS


def _figures(deciding: MetricEstimate) -> str:
    decimals = decimals_of(deciding)
    told = (
        f"{deciding.title} is {number(deciding.value, decimals)} on the test rows, and "
        f"{number(deciding.baseline, decimals)} for an answer that ignores every column"
    )
    if np.isnan(deciding.gain_low):
        return told
    return f"{told} (95 % interval of the gain {_gain(deciding)})"


def _gain(deciding: MetricEstimate) -> str:
    low, high = deciding.gain_low, deciding.gain_high
    return span(low, high, decimals=decimals_for(low, high, value=0.0))
