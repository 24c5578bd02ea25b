"""A model is measured by the groups of any column of later rows, whether it takes it or not."""

import numpy as np
import pytest

import modelyard
from modelyard.domain.errors import MissingColumns


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODELYARD_HOME", str(tmp_path_factory.mktemp("home")))
        yield modelyard.train(
            rows(1), target="hired", algorithm="logistic-regression", drop=["sex"], name="hired"
        )


def rows(seed, n=300):
    rng = np.random.default_rng(seed)
    skill = rng.normal(size=n)
    return {
        "skill": skill.tolist(),
        "sex": rng.choice(["f", "m"], n).tolist(),
        "hired": np.where(skill + rng.normal(size=n) / 3 > 0, "yes", "no").tolist(),
    }


def test_a_column_that_is_no_input_makes_groups(model):
    (fairness,) = model.evaluate(rows(2), sensitive="sex").fairness

    assert {each.name for each in fairness.groups} == {"f", "m"}
    assert sum(each.n_rows for each in fairness.groups) == 300


def test_an_input_makes_groups_as_well(model):
    by_sex, by_skill = model.evaluate(rows(2), sensitive=["sex", "skill"]).fairness

    assert by_sex.column == "sex"
    assert len(by_skill.groups) == 4


def test_rows_without_a_truth_are_in_no_group(model):
    data = rows(3)
    data["hired"][:100] = [None] * 100
    (fairness,) = model.evaluate(data, sensitive="sex").fairness

    assert sum(each.n_rows for each in fairness.groups) == 200


def test_a_column_that_is_not_there_is_named_with_the_nearest(model):
    with pytest.raises(MissingColumns, match="'sexx'") as raised:
        model.evaluate(rows(2), sensitive="sexx")

    assert "sex" in raised.value.fix
