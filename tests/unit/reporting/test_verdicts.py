"""The verdict follows the interval of the gain, and says where it looks surer than it is."""

from dataclasses import replace

import pytest

from modelyard.domain.evaluations import (
    Evaluation,
    Importance,
    IntervalUnit,
    MetricEstimate,
)
from modelyard.domain.tasks import Task
from modelyard.reporting.verdicts import Standing, verdict_of

NAN = float("nan")
ESTIMATE = MetricEstimate(
    key="roc-auc",
    title="ROC-AUC",
    higher_is_better=True,
    value=0.8712,
    low=0.8291,
    high=0.9103,
    baseline=0.5,
    gain=0.3712,
    gain_low=0.3291,
    gain_high=0.4103,
)


def judged(n_rows=179, **changes):
    estimate = replace(ESTIMATE, **changes)
    return verdict_of(Evaluation(Task.BINARY, n_rows, "roc-auc", (estimate,)))


@pytest.mark.parametrize(
    ("low", "high", "standing", "headline"),
    [
        (0.1, 0.3, Standing.BETTER, "The model beats guessing."),
        (-0.1, 0.3, Standing.SAME, "No better than guessing, as far as these rows can tell."),
        (0.0, 0.3, Standing.SAME, "No better than guessing, as far as these rows can tell."),
        (-0.3, -0.1, Standing.WORSE, "Worse than guessing."),
        (NAN, NAN, Standing.UNKNOWN, "How good the model is could not be measured."),
    ],
)
def test_the_interval_of_the_gain_decides(low, high, standing, headline):
    verdict = judged(gain_low=low, gain_high=high)

    assert verdict.standing is standing
    assert verdict.headline == headline


def test_the_figures_stand_behind_the_headline():
    assert judged().detail == (
        "ROC-AUC 0.871 (95 % interval 0.829 to 0.910) on 179 rows that it never saw, against "
        "0.500 for the baseline."
    )
    assert judged().caution == ""


def test_an_undefined_metric_is_explained():
    verdict = judged(value=NAN, low=NAN, high=NAN, gain=NAN, gain_low=NAN, gain_high=NAN)

    assert "not defined on the 179 rows" in verdict.detail
    assert verdict.caution == ""


def test_one_row_is_said_to_have_no_interval():
    verdict = judged(1, low=NAN, high=NAN, gain_low=NAN, gain_high=NAN)

    assert "interval" not in verdict.detail
    assert "on 1 row that" in verdict.detail
    assert "One row cannot tell" in verdict.caution


def test_an_interval_without_width_warns_by_the_rule_of_three():
    verdict = judged(30, value=1.0, low=1.0, high=1.0)

    assert "up to 10 % of other rows may still behave differently" in verdict.caution


def test_an_interval_from_whole_groups_says_from_how_many_and_that_few_say_little():
    evaluation = Evaluation(Task.BINARY, 360, "roc-auc", (ESTIMATE,))
    verdict = verdict_of(replace(evaluation, interval_unit=IntervalUnit.GROUP, n_units=6))

    assert "from 6 groups" in verdict.detail
    assert verdict.drawn == "whole groups of rows"
    assert (
        verdict.caution
        == "The rows come from 6 groups: so few say little of how other groups differ."
    )


def test_an_interval_from_many_groups_needs_no_caution():
    evaluation = Evaluation(Task.BINARY, 360, "roc-auc", (ESTIMATE,))
    verdict = verdict_of(replace(evaluation, interval_unit=IntervalUnit.GROUP, n_units=60))

    assert not verdict.caution


def test_one_group_is_said_to_have_no_interval():
    estimate = replace(ESTIMATE, low=NAN, high=NAN, gain_low=NAN, gain_high=NAN)
    evaluation = Evaluation(Task.BINARY, 360, "roc-auc", (estimate,))
    verdict = verdict_of(replace(evaluation, interval_unit=IntervalUnit.GROUP, n_units=1))

    assert "One group cannot tell how groups differ" in verdict.caution


LOG_LOSS = MetricEstimate(
    key="log-loss",
    title="Log loss",
    higher_is_better=False,
    value=0.99,
    low=0.7,
    high=1.3,
    baseline=0.69,
    gain=-0.3,
    gain_low=-0.63,
    gain_high=-0.02,
    ideal=0.0,
    is_proper=True,
)


def test_probabilities_that_are_worse_than_guesses_get_a_word_beside_a_metric_that_is_better():
    verdict = verdict_of(Evaluation(Task.BINARY, 120, "roc-auc", (ESTIMATE, LOG_LOSS)))
    (doubt,) = verdict.doubts

    assert verdict.standing is Standing.BETTER
    assert "its probabilities are worse than guesses" in verdict.headline
    assert "Log loss 0.99 against 0.69" in doubt
    assert "thresholds and costs" in doubt


def test_probabilities_that_may_be_as_good_as_guesses_get_no_word():
    unsure = replace(LOG_LOSS, gain_high=0.01)
    verdict = verdict_of(Evaluation(Task.BINARY, 120, "roc-auc", (ESTIMATE, unsure)))

    assert verdict.doubts == ()
    assert verdict.headline == "The model beats guessing."


def test_two_figures_that_are_said_to_differ_are_written_apart():
    alike = replace(
        LOG_LOSS, value=0.174, low=0.1, high=0.3, baseline=0.168, gain_low=-0.01, gain_high=-0.001
    )
    (doubt,) = verdict_of(Evaluation(Task.BINARY, 120, "roc-auc", (ESTIMATE, alike))).doubts

    assert "Log loss 0.174 against 0.168" in doubt


def test_one_row_of_a_label_is_told_in_the_singular():
    evaluation = Evaluation(
        Task.BINARY,
        40,
        "roc-auc",
        (ESTIMATE,),
        labels=("no", "yes"),
        confusion=((39, 0), (0, 1)),
    )

    assert "Only 1 row of them holds 'yes'" in verdict_of(evaluation).caution


@pytest.mark.parametrize(
    ("confusion", "found", "ways"),
    [
        (((980, 1), (19, 0)), "19 rows that are 'yes' its threshold finds none", "--threshold f1"),
        (
            ((1, 19), (0, 980)),
            "20 rows that are 'no'",
            None,
        ),
        (((0, 19), (1, 980)), "19 rows that are 'no'", "--threshold balanced-accuracy"),
    ],
)
def test_a_label_that_is_never_answered_is_named_with_what_finds_it(confusion, found, ways):
    evaluation = Evaluation(
        Task.BINARY, 1000, "roc-auc", (ESTIMATE,), labels=("no", "yes"), confusion=confusion
    )
    told = " ".join(verdict_of(evaluation).doubts)

    assert (found in told) is (ways is not None)
    assert ways is None or ways in told
    assert ways is None or "--cost" in told


def test_of_a_model_that_does_not_beat_guessing_no_threshold_is_advised():
    unsure = replace(ESTIMATE, gain_low=-0.1)
    evaluation = Evaluation(
        Task.BINARY, 999, "roc-auc", (unsure,), labels=("no", "yes"), confusion=((980, 0), (19, 0))
    )

    assert verdict_of(evaluation).doubts == ()


def doubts_of_auc(value, importance, n_rows=179):
    gain = value - 0.5
    best = replace(ESTIMATE, value=value, low=value, high=value, gain=gain, ideal=1.0)
    named = tuple(Importance(name, mean, 0.01) for name, mean in importance.items())
    return verdict_of(Evaluation(Task.BINARY, n_rows, "roc-auc", (best,), importance=named)).doubts


def test_a_model_that_one_column_carries_is_doubted_with_the_name_of_the_column():
    (doubt,) = doubts_of_auc(0.99, {"case note": 0.48, "age": 0.004, "sex": 0.0, "fare": -0.01})

    assert doubt.startswith("Too good to be true? ROC-AUC")
    assert "'case note' alone carries it" in doubt
    assert "--drop 'case note'" in doubt


@pytest.mark.parametrize(
    ("value", "importance"),
    [
        (0.90, {"note": 0.40, "age": 0.0, "sex": 0.0}),
        (0.99, {"note": 0.30, "age": 0.2, "sex": 0.1}),
        (0.99, {"note": 0.49, "age": 0.0}),
    ],
    ids=["not so good", "by several columns", "hardly any other column"],
)
def test_a_good_model_is_not_doubted(value, importance):
    assert doubts_of_auc(value, importance) == ()


def test_a_nearly_perfect_model_of_many_rows_is_doubted_and_names_what_matters_most():
    importance = {"a": 0.2, "b": 0.2, "c": 0.1, "d": 0.1}

    (doubt,) = doubts_of_auc(0.998, importance, n_rows=400)

    assert "'a', 'b' and 'c', which matter most, are known before the answer is" in doubt
    assert doubts_of_auc(1.0, importance, n_rows=200) == ()
