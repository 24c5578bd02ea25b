"""What a user asks to be looked at more closely is measured, kept and shown."""

import numpy as np
import pytest

import modelyard
from modelyard.domain.errors import MissingColumns


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MODELYARD_HOME", str(tmp_path / "home"))


def people(n=600, seed=0, noise=0.5):
    rng = np.random.default_rng(seed)
    sex = rng.choice(["f", "m"], n)
    skill = rng.normal(size=n) + (sex == "m")
    hired = skill + noise * rng.normal(size=n) > 0.8
    return {
        "skill": skill.tolist(),
        "sex": sex.tolist(),
        "hired": np.where(hired, "yes", "no").tolist(),
    }


def trained(rows=None, **options):
    return modelyard.train(
        rows or people(), target="hired", algorithm="logistic-regression", **options
    )


def test_a_dropped_column_is_no_feature_and_is_measured_by(tmp_path):
    model = trained(drop="sex", sensitive="sex")
    (by_sex,) = model.evaluation.fairness
    page = model.report(tmp_path / "report.html").read_text()

    assert [column.name for column in model.manifest.inputs] == ["skill"]
    assert {group.name for group in by_sex.groups} == {"f", "m"}
    assert sum(group.n_rows for group in by_sex.groups) == model.evaluation.n_rows
    assert "How groups fare" in page
    assert "selection rate" in page


def test_a_sensitive_column_that_is_not_there_is_named():
    with pytest.raises(MissingColumns, match="'gender'"):
        trained(sensitive="gender")


def test_a_learning_curve_rises_to_the_whole_and_says_what_more_would_bring(tmp_path):
    rng = np.random.default_rng(1)
    rows = {f"x{at}": rng.normal(size=300) for at in range(25)}
    rows["hired"] = np.where(sum(rows.values()) + rng.normal(size=300) > 0, "yes", "no")
    model = trained({name: list(values) for name, values in rows.items()}, learning_curve=True)
    curve = model.evaluation.learning

    assert [point.share for point in curve.points] == [0.1, 0.25, 0.5, 0.75, 1.0][
        -len(curve.points) :
    ]
    assert [point.n_rows for point in curve.points] == sorted(p.n_rows for p in curve.points)
    assert curve.points[-1].mean > curve.points[0].mean
    assert curve.gain > 0
    assert curve.told in model.report(tmp_path / "report.html").read_text()


def test_rows_that_tell_all_at_once_need_no_more():
    curve = trained(people(2000, noise=1.0), learning_curve=True).evaluation.learning

    assert "hardly help" in curve.told
    assert len(curve.points) == 5


def test_nothing_is_looked_at_that_was_not_asked_for():
    evaluation = trained().evaluation

    assert evaluation.fairness == ()
    assert evaluation.learning is None
