"""What bound the rows of a training binds new rows as well."""

import numpy as np
import pytest

import modelyard
from modelyard.domain.evaluations import IntervalUnit


def visits(seed, n_patients=60, n_visits=5):
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n_patients) + 1000 * seed, n_visits)
    level = np.repeat(rng.normal(size=n_patients), n_visits)
    x = level + 0.1 * rng.normal(size=len(patient))
    sick = level + 0.3 * rng.normal(size=len(patient)) > 0
    return {
        "patient": [f"p{each}" for each in patient],
        "day": [f"2024-{1 + at % 12:02}-{1 + at % 28:02}" for at in range(len(patient))],
        "x": x.tolist(),
        "sick": np.where(sick, "yes", "no").tolist(),
    }


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MODELYARD_HOME", str(tmp_path / "home"))


def trained(**options):
    return modelyard.train(
        visits(1), target="sick", algorithm="logistic-regression", name="m", **options
    )


def test_groups_are_drawn_whole_where_new_rows_have_them():
    model = trained(group="patient", drop=["day"])
    later = model.evaluate(visits(2))

    assert later.interval_unit is IntervalUnit.GROUP
    assert later.n_units == 60


def test_rows_without_the_group_are_drawn_one_by_one():
    model = trained(group="patient", drop=["day"])
    rows = visits(2)
    del rows["patient"]

    assert model.evaluate(rows).interval_unit is IntervalUnit.ROW


def test_moments_are_drawn_in_blocks_where_new_rows_have_them():
    model = trained(time="day", drop=["patient"])

    assert model.evaluate(visits(2)).interval_unit is IntervalUnit.MOMENT


def test_the_package_tells_how_the_group_is_read_but_not_whom_it_held():
    model = modelyard.load(trained(group="patient", drop=["day"]).path)
    column = model.manifest.group_column

    assert column.name == "patient"
    assert column.categories == ()
    assert column.example is None
    assert model.manifest.time_column is None


def test_the_numbers_of_worst_rows_are_those_of_the_data():
    rows = visits(3)
    rows["sick"][0] = rows["sick"][1] = None
    model = modelyard.train(
        rows, target="sick", algorithm="logistic-regression", drop=["day", "patient"]
    )

    worst = model.evaluation.weaknesses.worst
    assert worst
    for each in worst:
        assert rows["sick"][each.row - 1] == each.truth
        assert f"{rows['x'][each.row - 1]:.6g}" == each.inputs["x"]
