"""What the page for training makes of what it is told: suggestions, doubts, progress, growth."""

from datetime import UTC, datetime, timedelta

import pytest

from modelyard.domain.configs import TrainingConfig
from modelyard.domain.jobs import JobState
from modelyard.domain.splits import Shares
from modelyard.domain.tasks import Task
from modelyard.domain.trials import TrialStatus
from modelyard.ui.training.features import doubts_of
from modelyard.ui.training.leaderboards import growth_of
from modelyard.ui.training.outlines import plan_of
from modelyard.ui.training.parameters import step_of
from modelyard.ui.training.targets import likely_target, likely_task
from modelyard.ui.training.watching import progress_of
from modelyard.wire.configurations import training_config
from modelyard.wire.jobs import JobDetail, JobLeaderboard, ProgressAnswer, TriedAnswer
from modelyard.wire.outlines import OutlineAnswer

pytestmark = pytest.mark.extras

AT = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def column(name, kind="numeric", n_unique=9):
    return {"name": name, "kind": kind, "n_unique": n_unique}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([column("a"), column("b")], "b"),
        ([column("target"), column("b")], "target"),
        ([column("is_y"), column("years")], "is_y"),
        ([column("a"), column("when", "datetime"), column("note", "text")], "a"),
        ([column("a"), column("same", n_unique=1)], "a"),
        ([column("id", "identifier")], "id"),
    ],
    ids=["last", "called so", "a word of its own", "answerable", "varies", "nothing better"],
)
def test_the_likeliest_target_is_the_one_that_is_called_so_or_the_last(columns, expected):
    assert likely_target(columns) == expected


@pytest.mark.parametrize(
    ("column_", "expected"),
    [
        (column("a", "boolean", 2), Task.BINARY),
        (column("a", "category", 2), Task.BINARY),
        (column("a", "category", 3), Task.MULTICLASS),
        (column("a", "integer", 2), None),
        (column("a", "numeric", 90), None),
    ],
    ids=["truth", "two words", "three words", "two numbers", "numbers"],
)
def test_a_task_is_guessed_where_the_kind_of_the_target_tells_it(column_, expected):
    assert likely_task(column_) is expected


def finding(name, severity="warning", *, columns=(), drops=()):
    return {
        "name": name,
        "severity": severity,
        "message": f"{name} was found.",
        "columns": list(columns),
        "drops": list(drops),
    }


def outlined(*findings, blocking=()):
    return OutlineAnswer(
        task="binary",
        task_reason="it holds 2 texts",
        metric="roc-auc",
        n_rows=9,
        n_seen=9,
        columns=[],
        findings=list(findings),
        blocking=list(blocking),
        outlook=None,
    )


def test_doubts_are_told_of_features_and_what_is_left_out_stands_behind():
    outline = outlined(
        finding("constant:c", columns=["c"], drops=["c"]),
        finding("many:b", columns=["b"]),
        finding("gaps:b", columns=["b"]),
        finding("rare:y", columns=["y"]),
        finding("note:a", "info", columns=["a"]),
        finding("leak:d", "error", columns=["d"]),
        blocking=["leak:d"],
    )
    first, second = doubts_of(outline, target="y")
    assert (first.column, first.is_left_out) == ("b", False)
    assert first.reasons == ("many:b was found.", "gaps:b was found.")
    assert (second.column, second.is_left_out) == ("c", True)


def tried(number, score, at_s, status=TrialStatus.SUCCEEDED):
    return TriedAnswer(
        number=number,
        name="",
        parameters={},
        status=status,
        score=score,
        fold_scores=[],
        duration_s=1.0,
        at_s=at_s,
        reason="",
    )


@pytest.mark.parametrize(
    ("higher", "expected"),
    [
        (True, [(5.0, 0.5), (20.0, 0.5), (20.0, 0.7), (30.0, 0.7)]),
        (False, [(5.0, 0.5), (10.0, 0.5), (10.0, 0.4), (30.0, 0.4)]),
    ],
    ids=["more is better", "less is better"],
)
def test_the_best_so_far_stays_what_it_is_until_it_is_passed(higher, expected):
    items = [
        tried(3, 0.7, 20.0),
        tried(1, 0.5, 5.0),
        tried(2, 0.4, 10.0),
        tried(4, 0.9, 30.0, TrialStatus.CANCELLED),
    ]
    board = JobLeaderboard(task=None, metric="m", higher_is_better=higher, items=items)
    (series,) = growth_of(board, "Metric").series
    assert list(zip(series.x, series.y, strict=True)) == expected


def _draw_board(n_tried):
    from test_training_parts import tried

    from modelyard.ui.training.leaderboards import show_leaderboard
    from modelyard.wire.jobs import JobLeaderboard

    items = [tried(at, 1 - at / 1000, float(at)) for at in range(n_tried)]
    board = JobLeaderboard(task=None, metric="m", higher_is_better=True, items=items)
    show_leaderboard(board, {})


@pytest.mark.parametrize(("n_tried", "n_shown"), [(5, 5), (300, 20)], ids=["few", "many"])
def test_of_a_long_search_the_best_are_shown_until_all_are_asked_for(n_tried, n_shown):
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_function(_draw_board, args=(n_tried,), default_timeout=90).run()
    assert not app.exception
    assert len(app.dataframe[0].value) == n_shown
    for toggle in app.toggle:
        toggle.set_value(True)
    assert len(app.run().dataframe[0].value) == n_tried


def job(*, automl=None, done=0, total=0):
    return JobDetail.model_construct(
        state=JobState.RUNNING,
        started_at=AT,
        created_at=AT,
        progress=ProgressAnswer(stage="s", done=done, total=total, words=""),
        payload={"config": {"automl": automl}},
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (job(automl={"time_limit_s": 40.0}), (0.25, 30.0)),
        (job(automl={"time_limit_s": 5.0}), (1.0, 0.0)),
        (job(done=3, total=12), (0.25, None)),
        (job(), (None, None)),
    ],
    ids=["by its time", "beyond its time", "by its units", "nobody knows"],
)
def test_progress_is_that_of_the_time_or_of_the_units(asked, expected):
    assert progress_of(asked, at=AT + timedelta(seconds=10)) == expected


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [(0.05, 0.0001, 1.0, 0.001), (1.0, 0.05, 1.0, 0.01), (0.0, 0.0, 1e4, 0.1), (30.0, 0, 1e6, 1.0)],
)
def test_a_step_suits_the_number(value, low, high, expected):
    assert step_of(value, low=low, high=high) == pytest.approx(expected)


def test_what_the_form_asks_for_is_what_the_platform_trains():
    config = TrainingConfig(
        target="y",
        algorithm="lightgbm",
        parameters={"num_leaves": 7},
        drop=("a",),
        accepted=frozenset({"leak:b"}),
        fixes={"leak:c": "drop-column"},
        shares=Shares(0.6, 0.1, 0.3),
        name="m",
    )
    plan = plan_of("d@1", config)
    assert training_config(plan.configuration, plan.row_schema) == config
