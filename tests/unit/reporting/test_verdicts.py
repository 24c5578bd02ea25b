"""The verdict follows the interval of the gain, and says where it looks surer than it is."""

from dataclasses import replace

import pytest

from modelyard.domain.evaluations import Evaluation, IntervalUnit, MetricEstimate
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
