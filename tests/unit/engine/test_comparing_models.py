"""Models are compared on the same rows, and what these cannot tell apart is a tie."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.errors import InvalidValue
from modelyard.domain.tables import SourceFacts
from modelyard.domain.tasks import Task
from modelyard.engine.evaluation.comparing import compare, require_comparable
from modelyard.engine.evaluation.estimates import Scored
from modelyard.runtime.blocks import Blocks

METRICS = Catalog().metrics()


@dataclass(frozen=True)
class Later:
    """A model whose answers are given, in the place of a packaged one."""

    manifest: object
    scored: Scored
    rows: np.ndarray
    sha256: str = "of-these-rows"

    @property
    def y_true(self):
        return self.scored.y_true

    @property
    def raw(self):
        return SimpleNamespace(facts=SourceFacts("memory", "rows.csv", sha256=self.sha256))

    @property
    def package(self):
        return SimpleNamespace(contents={"model": b"12345"})

    @property
    def blocks(self):
        n = len(self.rows)
        return Blocks((), (), np.empty((n, 0)), np.empty((n, 0), dtype=object))

    @property
    def predictor(self):
        return SimpleNamespace(scores=lambda _: None)


@pytest.fixture
def named(manifest):
    return replace(manifest, metric="accuracy", data_sha256="of-others")


def later(named, shares_right, truth, seed, labels=("no", "yes"), rows=None):
    rng = np.random.default_rng(seed)
    answer = np.where(rng.random(len(truth)) < shares_right, truth, 1 - truth)
    scores = np.where(answer[:, None] == np.arange(2), 0.9, 0.1)
    if labels != ("no", "yes"):
        scores, truth = scores[:, ::-1], 1 - truth
    rows = np.arange(len(truth)) if rows is None else rows
    scored = Scored(Task.BINARY, labels, truth[rows], scores[rows], scores[rows])
    return Later(replace(named, labels=labels), scored, rows)


def compared(models, key="accuracy", clock=None):
    return compare(
        models,
        metric=METRICS[key],
        metrics=METRICS,
        clock=clock or iter(range(100)).__next__,
        rng=np.random.default_rng(0),
    )


TRUTH = np.random.default_rng(9).integers(0, 2, 600)


def test_the_best_comes_first_and_a_clearly_worse_one_is_no_tie(named):
    found = compared({"bad": later(named, 0.6, TRUTH, 1), "good": later(named, 0.95, TRUTH, 2)})
    good, bad = found.models

    assert (good.name, bad.name) == ("good", "bad")
    assert good.scores["accuracy"].is_best
    assert not bad.scores["accuracy"].is_tied
    assert bad.scores["accuracy"].behind_low > 0
    assert bad.scores["accuracy"].behind == pytest.approx(
        good.scores["accuracy"].value - bad.scores["accuracy"].value
    )


def test_one_disturbance_does_not_count_in_how_long_a_model_takes(named):
    taken = [0, 1, 10, 19, 20, 21]
    found = compared({"a": later(named, 0.9, TRUTH[:500], 1)}, clock=iter(taken).__next__)
    assert found.models[0].predict_s == 1 * 1000 / 500


def test_models_that_the_rows_cannot_tell_apart_are_a_tie(named):
    found = compared({"a": later(named, 0.9, TRUTH, 1), "b": later(named, 0.88, TRUTH, 3)})

    assert found.models[0].scores["accuracy"].is_best
    assert found.models[1].scores["accuracy"].is_tied


def test_differences_are_paired_by_rows(named):
    model = later(named, 0.7, TRUTH, 1)
    worse = model.scored.scores.copy()
    right = np.flatnonzero(worse.argmax(axis=1) == TRUTH)[:12]
    worse[right] = worse[right][:, ::-1]
    other = replace(model, scored=replace(model.scored, scores=worse))
    behind = compared({"a": model, "b": other}).models[1].scores["accuracy"]

    # The intervals of the two overlap widely; the 12 rows that differ are told all the same.
    assert behind.low < behind.value + behind.behind < behind.high
    assert behind.behind == pytest.approx(0.02)
    assert not behind.is_tied


def test_labels_in_another_order_are_no_difference(named):
    a = later(named, 0.8, TRUTH, 1)
    b = later(named, 0.8, TRUTH, 1, labels=("yes", "no"))
    found = compared({"a": a, "b": b})

    for key in found.titles:
        assert found.models[0].scores[key].value == pytest.approx(
            found.models[1].scores[key].value, nan_ok=True
        )


def test_only_rows_that_all_can_be_measured_on_count(named):
    a = later(named, 0.8, TRUTH, 1)
    b = later(named, 0.8, TRUTH, 1, rows=np.arange(100, 600))
    found = compared({"a": a, "b": b})

    assert found.n_rows == 500
    assert found.models[0].scores["accuracy"] == found.models[1].scores["accuracy"]


def test_a_loss_is_best_where_it_is_smallest(named):
    found = compared(
        {"bad": later(named, 0.6, TRUTH, 1), "good": later(named, 0.95, TRUTH, 2)}, "log-loss"
    )

    assert found.models[0].name == "good"
    assert found.models[1].scores["log-loss"].behind > 0


def test_a_model_that_learned_from_the_rows_is_named(named):
    model = later(replace(named, data_sha256="of-these-rows"), 0.9, TRUTH, 1)
    found = compared({"taught": model, "not": later(named, 0.9, TRUTH, 2)})

    assert "taught" in found.caution
    assert compared({"x": later(named, 0.9, TRUTH, 1), "y": model}).caution.endswith("y.")


def test_models_of_different_questions_are_refused(named):
    with pytest.raises(InvalidValue, match="predicts 'price'"):
        require_comparable({"a": named, "b": replace(named, target="price")})
    with pytest.raises(InvalidValue, match="different labels"):
        require_comparable({"a": named, "b": replace(named, labels=("no", "maybe"))})
    with pytest.raises(InvalidValue, match="at least two"):
        require_comparable({"a": named})
