"""A leaderboard says how sure its differences are, what each member is for, and what is noise."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import boards
import numpy as np
import polars as pl
import pytest
from competitions import CATALOG, answering, arena

from modelyard.domain.losses import Loss
from modelyard.domain.tasks import Task
from modelyard.engine.automl.blends import Library, answers_of
from modelyard.engine.automl.ceilings import ceiling_of
from modelyard.engine.automl.reckoning import reckoned
from modelyard.engine.evaluation.estimates import score_once


@dataclass
class FakeJudge:
    """What reckoning asks of a judge: the rows, and the metric that decides."""

    plan: object
    metric: object
    dealer: object = None


def raced(place, *, sharpness, weights):
    """Return judge, library and board of candidates that answer right to a degree."""
    rng = np.random.default_rng(3)
    judge = FakeJudge(place.plan, CATALOG.metrics()["brier"])
    truth = np.eye(2)[place.plan.y[place.rows]]
    entries, fits, answers = [], {}, {}
    for number, sharp in enumerate(sharpness, start=1):
        scores = sharp * truth + (1 - sharp) * rng.dirichlet([1, 1], size=len(truth))
        fits[number] = answering(number, place, scores)
        answers[number] = answers_of(place, fits[number])
        folds = tuple(
            score_once(judge.metric, place.plan.y[fold.held], scores=each.scores, task=Task.BINARY)
            for fold, each in zip(place.folds, fits[number], strict=True)
        )
        score = float(np.mean(folds))
        made = boards.entry(number, "ridge", -score, score=score, fold_scores=folds)
        entries.append(replace(made, weight=weights[number - 1]))
    n_models = {each.number: len(place.folds) for each in entries}
    library = Library(tuple(entries), fits, answers, n_models)
    return judge, library, boards.board(*entries)


def reckon(place, **facts):
    judge, library, board = raced(place, **facts)
    return reckoned(board, judge, arena=place, library=library)


@pytest.mark.parametrize("n_folds", [5, 1], ids=["folds", "one part held out"])
def test_a_candidate_that_is_clearly_worse_is_not_tied_and_one_as_good_is(n_folds):
    place = arena(600, n_folds=n_folds) if n_folds > 1 else one_part(600)
    board = reckon(place, sharpness=[0.6, 0.6, 0.1], weights=[1.0, 0.0, 0.0])
    best = board.ranked[0]
    other = next(each for each in board.entries[:2] if each.number != best.number)
    assert board.tied == (other.number,)
    assert other.behind_low < 0 < other.behind_high
    assert board.entries[2].behind_low > 0
    assert (best.behind_low, best.behind_high) == (None, None)


def one_part(n):
    place = arena(n, n_folds=2)
    fold = place.folds[0]
    return replace(place, folds=(fold,), rows=fold.held)


def test_a_member_adds_what_the_others_lose_without_it():
    board = reckon(arena(600), sharpness=[0.7, 0.2, 0.2], weights=[0.5, 0.5, 0.0])
    strong, weak, outside = board.entries
    assert strong.adds > 0 > weak.adds
    assert outside.adds is None


def test_a_model_that_answers_alone_adds_nothing_to_others():
    board = reckon(arena(200), sharpness=[0.7, 0.2], weights=[1.0, 0.0])
    assert [each.adds for each in board.entries] == [None, None]


def judge_of(frame, y, task, loss=Loss.SQUARED_ERROR):
    columns = [SimpleNamespace(name=name) for name in frame.columns]
    plan = SimpleNamespace(columns=columns, y=np.asarray(y), task=task, wanted_loss=loss)
    return FakeJudge(plan, None, SimpleNamespace(table=SimpleNamespace(frame=frame)))


def test_no_model_is_right_for_more_equal_rows_than_their_commonest_label_has():
    # Two kinds of rows: 60 of which 45 are 1, and 40 of which 10 are 1.
    frame = pl.DataFrame({"a": ["x"] * 60 + ["y"] * 40})
    y = [1] * 45 + [0] * 15 + [1] * 10 + [0] * 30
    all_ones = np.tile([0.1, 0.9], (100, 1))
    found = ceiling_of(judge_of(frame, y, Task.BINARY), np.arange(100), scores=all_ones)
    assert (found.n_rows, found.n_all) == (100, 100)
    assert found.bound == pytest.approx(0.75)
    assert found.reached == pytest.approx(0.55)
    assert not found.is_near
    best = np.where((np.arange(100) < 60)[:, None], [0.2, 0.8], [0.8, 0.2])
    assert ceiling_of(judge_of(frame, y, Task.BINARY), np.arange(100), scores=best).is_near


def test_no_model_errs_less_on_equal_rows_than_their_mean():
    frame = pl.DataFrame({"a": [1.0] * 50 + [2.0] * 50})
    y = np.where(np.arange(100) % 2, 1.0, -1.0)
    found = ceiling_of(
        judge_of(frame, y, Task.REGRESSION), np.arange(100), scores=np.full((100, 1), 0.5)
    )
    assert found.is_error
    assert found.bound == pytest.approx(1.0)
    assert found.reached == pytest.approx(np.sqrt(1.25))


def test_the_mean_of_equal_rows_bounds_no_absolute_errors():
    frame = pl.DataFrame({"a": [1.0] * 50 + [2.0] * 50})
    y = np.where(np.arange(100) % 2, 1.0, -1.0)
    judge = judge_of(frame, y, Task.REGRESSION, Loss.ABSOLUTE_ERROR)
    assert ceiling_of(judge, np.arange(100), scores=np.full((100, 1), 0.5)) is None


@pytest.mark.parametrize(
    ("values", "y"),
    [(range(100), [0, 1] * 50), (["x"] * 50 + ["y"] * 50, [0] * 50 + [1] * 50)],
    ids=["no equal rows", "equal rows agree"],
)
def test_where_nothing_bounds_there_is_no_ceiling(values, y):
    judge = judge_of(pl.DataFrame({"a": list(values)}), y, Task.BINARY)
    scores = np.tile([0.4, 0.6], (100, 1))
    assert ceiling_of(judge, np.arange(100), scores=scores) is None


def test_rows_without_an_answer_do_not_count():
    frame = pl.DataFrame({"a": ["x"] * 120})
    scores = np.tile([0.4, 0.6], (120, 1))
    scores[:20] = np.nan
    found = ceiling_of(judge_of(frame, [0, 1] * 60, Task.BINARY), np.arange(120), scores=scores)
    assert found.n_rows == 100
