"""What to do next is said with the figure that it stands on, and only where there is one."""

from dataclasses import replace

import pytest
from boards import board, entry, unscored

from modelyard.catalog import Catalog
from modelyard.domain.evaluations import Evaluation, Importance, IntervalUnit, MetricEstimate
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.learning import LearningCurve, LearningPoint
from modelyard.domain.suggestions import Ceiling, Topic
from modelyard.domain.tasks import Task
from modelyard.domain.trials import TrialStatus
from modelyard.engine.automl.suggestions import Grounds, suggest

ALGORITHMS = Catalog().algorithms()
BEATS = MetricEstimate(
    "roc-auc",
    "ROC-AUC",
    higher_is_better=True,
    value=0.9,
    low=0.88,
    high=0.92,
    baseline=0.5,
    gain=0.4,
    gain_low=0.38,
    gain_high=0.42,
)
TREES = entry(1, "lightgbm", 0.93)
LINE = entry(2, "logistic-regression", 0.90, behind_low=0.021, behind_high=0.044)
GUESSING = board(
    entry(1, "lightgbm", 0.505),
    entry(2, "logistic-regression", 0.504),
    entry(3, "extra-trees", 0.5),
)
WORTHLESS = replace(
    BEATS, value=0.51, low=0.48, high=0.522, gain=0.01, gain_low=-0.02, gain_high=0.022
)
UNSURE = replace(BEATS, value=0.65, gain=0.15, gain_low=-0.12, gain_high=0.42)


def said(leaderboard, topic, *, findings=(), deciding=BEATS, **measured):
    """Return what is said about a topic, empty where nothing is."""
    evaluation = Evaluation(Task.BINARY, 100, "roc-auc", (deciding,), **measured)
    told = suggest(Grounds(leaderboard, evaluation, findings, ALGORITHMS))
    return " ".join(each.told for each in told if each.topic is topic)


def test_trees_that_are_surely_better_tell_of_bends():
    told = said(board(TREES, LINE), Topic.ALGORITHM)
    assert told.startswith("Trees fit this table better than a weighted sum")
    assert "ROC-AUC 0.93 against 0.9; 95 % interval of the difference 0.021 to 0.044" in told


def test_a_line_that_is_tied_with_the_best_is_named_as_the_smaller_one():
    tied = replace(LINE, behind_low=-0.01)
    told = said(board(TREES, tied, tied=(2,)), Topic.ALGORITHM)
    assert "Logistic regression, does as well as LightGBM" in told
    assert "--algorithm logistic-regression" in told


def test_a_line_that_is_the_best_is_named_beside_the_trees_that_it_beats():
    best = entry(1, "logistic-regression", 0.95)
    behind = entry(2, "lightgbm", 0.93, behind_low=0.01, behind_high=0.03)
    told = said(board(best, behind), Topic.ALGORITHM)
    assert "Logistic regression, does better than LightGBM" in told


@pytest.mark.parametrize(
    "entries",
    [
        (TREES,),
        (TREES, replace(LINE, behind_low=None)),
        (entry(1, "multi-layer-perceptron", 0.95), LINE),
        (entry(1, "multi-layer-perceptron", 0.95), replace(TREES, number=2)),
    ],
    ids=["no line", "no interval", "no tree", "no interval of trees"],
)
def test_without_two_to_compare_nothing_is_said_of_the_algorithm(entries):
    assert said(board(*entries), Topic.ALGORITHM) == ""


@pytest.mark.parametrize(
    ("tied", "words"),
    [((), "are the best of their kinds, and the first fits"), ((2,), "cannot be told apart")],
)
def test_what_is_neither_trees_nor_a_line_is_held_against_the_best_trees(tied, words):
    best = entry(1, "multi-layer-perceptron", 0.95)
    behind = entry(2, "lightgbm", 0.93, behind_low=0.01, behind_high=0.03)
    told = said(board(best, behind, tied=tied), Topic.ALGORITHM)
    assert told.startswith("Multi-layer perceptron and LightGBM")
    assert words in told
    assert "0.95 against 0.93; 95 % interval of the difference 0.010 to 0.030" in told


def test_a_model_that_is_no_better_than_the_baseline_is_said_to_be_none():
    told = said(GUESSING, Topic.ALGORITHM, deciding=WORTHLESS)
    assert told.startswith("No algorithm will do: ROC-AUC is 0.510 on the test rows, and 0.500")
    assert "−0.020 to 0.022" in told
    assert said(GUESSING, Topic.TIME, deciding=WORTHLESS) == ""
    assert said(replace(GUESSING, ceiling=CEILING), Topic.NOISE, deciding=WORTHLESS) == ""


def test_few_rows_that_cannot_tell_ask_for_rows_and_not_for_columns():
    unsure = replace(UNSURE, low=0.45, high=0.85)
    assert said(GUESSING, Topic.ALGORITHM, deciding=unsure) == ""
    assert said(GUESSING, Topic.ROWS, deciding=unsure) == (
        "The 100 rows that test cannot tell whether the model is better than guessing: ROC-AUC is "
        "0.65 on the test rows, and 0.50 for an answer that ignores every column (95 % interval of "
        "the gain −0.12 to 0.42). More rows would tell."
    )


def test_few_groups_that_cannot_tell_ask_for_groups():
    by_group = {"interval_unit": IntervalUnit.GROUP, "n_units": 7}
    told = said(GUESSING, Topic.ROWS, deciding=UNSURE, **by_group)
    assert told.startswith("The 100 rows that test, of 7 groups, cannot tell")
    assert told.endswith("More groups would tell.")


@pytest.mark.parametrize("deciding", ["worthless", "unsure"])
def test_where_most_could_not_be_begun_time_is_what_lacks(deciding):
    judged = {"worthless": WORTHLESS, "unsure": UNSURE}[deciding]
    late = (unscored(at, "xgboost", TrialStatus.PRUNED, "would take 30 s") for at in (2, 3))
    leaderboard = board(entry(1, "lightgbm", 0.505), *late)
    assert said(leaderboard, Topic.ALGORITHM, deciding=judged) == ""
    told = said(leaderboard, Topic.TIME, deciding=judged)
    assert told.startswith("Too few have competed to say whether another algorithm does better")
    assert "1 candidate could be scored and 2 could not be begun" in told
    assert "Let more compete, with a longer --time-limit." in told
    assert told.endswith("so few can hardly tell.") is (deciding == "unsure")


def test_candidates_of_one_algorithm_do_not_tell_that_none_will_do():
    alone = board(*(entry(at, "lightgbm", 0.505) for at in (1, 2, 3)))
    assert said(alone, Topic.ALGORITHM, deciding=WORTHLESS) == ""


def test_a_model_that_is_surely_worse_is_said_to_be_and_where_to_look():
    worse = replace(
        BEATS, value=0.3, low=0.25, high=0.35, gain=-0.2, gain_low=-0.25, gain_high=-0.1
    )
    told = said(GUESSING, Topic.ROWS, deciding=worse)
    assert told.startswith("The model is worse than guessing on the test rows: ROC-AUC is 0.30")


def test_a_column_that_the_model_rests_on_is_never_to_be_dropped():
    found = Finding(
        "much-missing-column",
        Severity.WARNING,
        "Column 'x0' is missing in 30 of 60 rows.",
        ("x0",),
        fix="Drop it with --drop x0.",
    )
    importance = (Importance("x0", 0.24, 0.01),)
    told = said(board(TREES), Topic.COLUMNS, findings=[found], importance=importance)
    assert told.endswith("Fill it in at its source: the model rests on it.")
    assert "--drop" not in told


def test_where_the_folds_tell_more_than_few_test_rows_more_of_these_are_advised():
    unsure = replace(BEATS, value=0.74, gain=0.24, gain_low=-0.06, gain_high=0.48)
    leaderboard = board(TREES, LINE, blend_score=0.94)
    assert "No algorithm will do" not in said(leaderboard, Topic.ALGORITHM, deciding=unsure)
    told = said(leaderboard, Topic.ROWS, deciding=unsure)
    assert told.startswith("The 100 test rows cannot tell")
    assert "the 5 folds can: ROC-AUC is 0.94 there" in told
    remembered = replace(leaderboard, n_again=leaderboard.n_rows // 2)
    assert "folds can" not in said(remembered, Topic.ROWS, deciding=unsure)
    assert "--split 0.7,0,0.3" in told


def finding(code, column, severity=Severity.WARNING):
    return Finding(code, severity, "Something.", (column,), fix=f"Mend {column}.")


def test_findings_are_named_in_the_order_of_importance_and_only_where_columns_matter():
    importance = (
        Importance("age", 0.2, 0.01),
        Importance("fare", 0.1, 0.01),
        Importance("zip", 0.01, 0.02),
    )
    found = (
        finding("missing-values", "fare"),
        finding("mixed-types", "age"),
        finding("constant", "zip"),
        finding("outliers", "age", Severity.INFO),
    )
    told = said(board(TREES), Topic.COLUMNS, findings=found, importance=importance)
    assert told == (
        "'age' is the most important column (shuffling it costs 0.20 of ROC-AUC). Something. "
        "Mend age. 'fare' is column 2 by importance (shuffling it costs 0.10 of ROC-AUC). "
        "Something. Mend fare."
    )


def test_more_rows_are_judged_by_the_learning_curve_where_there_is_one():
    points = tuple(
        LearningPoint(share, int(400 * share), mean, 0.01)
        for share, mean in ((0.25, 0.7), (0.5, 0.8), (0.75, 0.85), (1.0, 0.9))
    )
    curve = LearningCurve("ROC-AUC", 3, points, 0.1, 0.05, 0.15)
    told = said(board(TREES, LINE, tied=(2,)), Topic.ROWS, learning=curve)
    assert told == (
        "The second half of the rows still helped: more rows would help further. From 200 to 400 "
        "rows ROC-AUC went from 0.8 to 0.9 on the same rows held out (95 % interval "
        "of the gain 0.05 to 0.15)."
    )


def test_without_a_curve_ties_say_that_rows_are_too_few_to_choose_by():
    told = said(board(TREES, LINE, tied=(2,)), Topic.ROWS)
    assert told.startswith("400 rows cannot tell the best candidate from 1 other: its ROC-AUC has")
    assert "standard deviation of 0.016 between folds" in told


def test_without_curve_and_ties_nothing_is_said_of_rows():
    assert said(board(TREES, LINE), Topic.ROWS) == ""


CEILING = Ceiling(120, 400, bound=0.8, reached=0.79, margin=0.07, is_error=False)


def test_a_model_near_the_ceiling_is_told_that_what_is_left_is_noise():
    told = said(board(TREES, ceiling=CEILING), Topic.NOISE)
    assert "120 of 400 rows equal another one" in told
    assert "more than 80 % of them; this one is for 79 %: what is left there is noise" in told


def test_a_model_far_from_the_ceiling_is_told_that_there_is_more_to_be_had():
    far = replace(CEILING, reached=0.6)
    assert "there is more to be had" in said(board(TREES, ceiling=far), Topic.NOISE)


def test_of_values_the_ceiling_is_an_error():
    error = replace(CEILING, bound=2.0, reached=2.5, margin=0.1, is_error=True)
    told = said(board(TREES, ceiling=error), Topic.NOISE)
    assert "No model errs less than 2 there (root mean squared error); this one by 2.5" in told


def test_without_equal_rows_nothing_is_said_of_noise():
    assert said(board(TREES), Topic.NOISE) == ""


def run_of(goodness, **facts):
    """Return a board whose candidates ended one after the other, ten seconds apart."""
    entries = [
        entry(number, "lightgbm", each, at_s=10.0 * number)
        for number, each in enumerate(goodness, start=1)
    ]
    return board(*entries, **facts)


def test_a_best_score_that_still_rose_asks_for_more_time():
    told = said(run_of([0.8, 0.85, 0.85, 0.85, 0.86, 0.9]), Topic.TIME)
    assert told == (
        "More time would help: in the last third of the run, which tried 2 candidates, the best "
        "ROC-AUC went from 0.85 to 0.9."
    )


def test_a_best_score_that_stood_still_asks_for_none():
    told = said(run_of([0.8, 0.9, 0.85, 0.85, 0.86, 0.88]), Topic.TIME)
    assert "More time would hardly help" in told
    assert "stayed at 0.9, of lightgbm-2" in told


def test_a_rise_that_folds_cannot_tell_is_called_so():
    told = said(run_of([0.8, 0.89, 0.85, 0.85, 0.86, 0.9], tied=(2,)), Topic.TIME)
    assert "from 0.89 to 0.9, less than can be told from chance" in told


def test_without_a_time_limit_the_last_third_is_counted_in_candidates():
    goodness = [0.8, 0.9, 0.85, 0.85, 0.86, 0.88]
    still = run_of(goodness, time_limit_s=None)
    at_once = replace(still, entries=tuple(replace(each, at_s=0.0) for each in still.entries))
    assert said(at_once, Topic.TIME) == said(still, Topic.TIME)
    assert "More candidates would hardly help" in said(at_once, Topic.TIME)


def test_what_was_not_begun_for_want_of_time_is_the_ground_to_ask_for_more():
    late = unscored(3, "xgboost", TrialStatus.PRUNED, "would take about 30 s of the 9 s left")
    told = said(board(TREES, LINE, late), Topic.TIME)
    assert told == (
        "More time would let more compete: 1 candidate known to do well on many tables could not "
        "be begun (xgboost-3 would take about 30 s of the 9 s left)."
    )


def test_where_most_were_scored_the_scores_say_whether_more_time_would_help():
    late = unscored(7, "xgboost", TrialStatus.PRUNED, "would take about 30 s of the 9 s left")
    risen = run_of([0.8, 0.85, 0.85, 0.85, 0.86, 0.9])
    told = said(replace(risen, entries=(*risen.entries, late)), Topic.TIME)
    assert told.startswith("More time would help: in the last third")


def test_a_run_of_few_candidates_says_nothing_of_time():
    assert said(run_of([0.8, 0.9]), Topic.TIME) == ""
