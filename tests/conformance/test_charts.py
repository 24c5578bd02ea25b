"""What every chart in the catalog must keep, whoever wrote it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.charts import ChartKind
from modelyard.domain.dependences import Curve, Dependence
from modelyard.domain.evaluations import Coverage, Importance
from modelyard.domain.leaderboards import Candidate, Entry, Leaderboard
from modelyard.domain.tasks import Task
from modelyard.domain.trials import Dimension, Ending, Search, Trial, TrialStatus
from modelyard.protocols.charts import ChartInput

CHARTS = Catalog().charts()
CASES = [
    pytest.param(chart, task, id=f"{key}-{task}")
    for key, chart in CHARTS.items()
    for task in sorted(chart.card.tasks)
]
every_chart = pytest.mark.parametrize(("chart", "task"), CASES)


def subject_of(task, n=60, n_classes=4, seed=0):
    rng = np.random.default_rng(seed)
    importance = (Importance("<b>x</b>", 0.2, 0.05), Importance("y", -0.01, 0.0))
    coverage = (Coverage(0.8, 0.81, 2.0), Coverage(0.9, 0.88, 3.0))[:n]
    if task is Task.REGRESSION:
        truth = rng.normal(size=n)
        values = rng.normal(size=(n, 1))
        dependence = dependence_of(["z"]) if n else ()
        return ChartInput(
            task,
            "z",
            truth,
            values,
            (),
            importance,
            coverage=coverage,
            dependence=dependence,
            search=search_of(n),
            leaderboard=leaderboard_of(n),
        )
    n_classes = 2 if task is Task.BINARY else n_classes
    labels = tuple(f"label {code}" for code in range(n_classes))
    scores = rng.dirichlet(np.ones(n_classes), size=n)
    truth = rng.integers(0, n_classes, n)
    dependence = dependence_of(labels[1:7]) if n else ()
    return ChartInput(
        task,
        "z",
        truth,
        scores,
        labels,
        importance,
        coverage=coverage,
        dependence=dependence,
        search=search_of(n),
        leaderboard=leaderboard_of(n),
    )


def search_of(n):
    """Return a search of as many trials as there are rows, None where there are none."""
    if not n:
        return None
    trials = tuple(
        Trial(
            number=number,
            parameters={"rate": "auto" if number == 1 else 0.1 * number, "kernel": "rbf"},
            status=TrialStatus.FAILED if number == 2 else TrialStatus.SUCCEEDED,
            score=None if number == 2 else 0.5 + 1 / number,
            goodness=None if number == 2 else 0.5 + 1 / number,
            fold_scores=(None,) if number == 2 else (0.5,),
            duration_s=1.0,
        )
        for number in range(1, n + 1)
    )
    return Search(
        search_type="random",
        title="Random search",
        metric="accuracy",
        metric_title="<b>Accuracy</b>",
        n_folds=1,
        n_repeats=1,
        space=(
            Dimension("rate", 0.1, 1e4, is_log=True),
            Dimension("kernel", choices=("rbf", "linear")),
        ),
        trials=trials,
        tied=(),
        ending=Ending.TRIALS,
        duration_s=1.0,
    )


def leaderboard_of(n):
    """Return a leaderboard of as many candidates as there are rows, None where there are none."""
    if not n:
        return None
    entries = tuple(
        Entry(
            number,
            Candidate(f"<b>trees</b>-{number}", "trees", {}, "a test"),
            TrialStatus.FAILED if number == 2 else TrialStatus.SUCCEEDED,
            score=None if number == 2 else 1.0 - 1 / (number + 1),
            goodness=None if number == 2 else 1.0 - 1 / (number + 1),
            weight=1.0 if number == n else 0.0,
            at_s=float(number),
            behind_low=None if number in {2, n} else -0.1,
            behind_high=None if number in {2, n} else 0.4,
        )
        for number in range(1, n + 1)
    )
    return Leaderboard(
        metric="accuracy",
        metric_title="<b>Accuracy</b>",
        n_folds=5,
        n_rows=100,
        entries=entries,
        tied=(1,),
        blend_score=0.99,
        ending=Ending.TIME,
        duration_s=float(n),
        time_limit_s=60.0,
    )


def dependence_of(names):
    curves = tuple(Curve(name, (0.2, 0.4), (0.1, 0.2), (0.3, 0.9)) for name in names)
    return (Dependence("x", (1.0, 2.0), (), curves), Dependence("y", (), ("a", "b"), curves))


def specs_of(chart, subject):
    drawn = chart.chart(subject)
    if drawn is None:
        return ()
    return drawn if isinstance(drawn, tuple) else (drawn,)


def assert_drawable(spec):
    assert spec.series
    for series in spec.series:
        assert len(series.x) == len(series.y)
        assert len(series.low) == len(series.high)
        assert len(series.low) in (0, len(series.y))
        numbers = (*series.x, *series.y, *series.low, *series.high)
        assert all(type(number) is float and math.isfinite(number) for number in numbers)
        if spec.kind in (ChartKind.BARS, ChartKind.MATRIX):
            assert len(series.x) == len(spec.categories)


@every_chart
def test_a_chart_can_be_drawn_and_says_what_to_see(chart, task):
    specs = specs_of(chart, subject_of(task))

    assert specs
    for spec in specs:
        assert_drawable(spec)
        assert spec.key == chart.card.key
        assert spec.caption
        assert spec.title
    assert len({spec.title for spec in specs}) == len(specs)


@every_chart
def test_the_same_rows_give_the_same_chart(chart, task):
    assert chart.chart(subject_of(task)) == chart.chart(subject_of(task))


@every_chart
def test_many_rows_and_classes_are_thinned(chart, task):
    for spec in specs_of(chart, subject_of(task, n=30_000, n_classes=200)):
        assert sum(len(series.x) for series in spec.series) <= 2000


@every_chart
def test_no_rows_and_no_importance_are_no_chart(chart, task):
    nothing = replace(subject_of(task, n=0), importance=())

    assert chart.chart(nothing) is None


@every_chart
@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_rows_are_drawn_or_passed_over(chart, task, n):
    for spec in specs_of(chart, subject_of(task, n=n)):
        assert_drawable(spec)


@every_chart
def test_rows_of_one_class_or_value_are_drawn_or_passed_over(chart, task):
    subject = subject_of(task)
    for spec in specs_of(chart, replace(subject, y_true=np.zeros_like(subject.y_true))):
        assert_drawable(spec)


@every_chart
def test_rows_with_equal_scores_are_drawn_or_passed_over(chart, task):
    subject = subject_of(task)
    for spec in specs_of(chart, replace(subject, scores=np.full_like(subject.scores, 0.25))):
        assert_drawable(spec)
