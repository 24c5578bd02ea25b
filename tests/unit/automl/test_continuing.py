"""Boosting goes on where its rounds were used up, and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest
from competitions import answering, arena, candidate

from modelyard.engine.automl.continuing import longer


def fits(*came_to, n_folds=3):
    place = arena(n_folds=n_folds)
    found = answering(1, place, np.linspace(0, 1, 120)[:, None])
    return [
        replace(each, parameters={"n_estimators": rounds})
        for each, rounds in zip(found, came_to, strict=True)
    ]


def test_twice_the_rounds_of_twice_the_rate_follow_where_all_were_used():
    one = candidate("lightgbm", n_estimators=500, learning_rate=0.05)
    found = longer(one, fits(500, 460, 300))
    assert found.parameters["n_estimators"] == 1000
    assert found.parameters["learning_rate"] == 0.1
    assert (found.name, found.cost) == ("lightgbm-1-longer", 2 * one.cost)
    again = longer(found, fits(1000, 1000, 1000))
    assert again.parameters["n_estimators"] == 2000
    assert again.parameters["learning_rate"] == 0.1


@pytest.mark.parametrize(
    ("one", "came_to"),
    [
        (candidate("lightgbm", n_estimators=500), (120, 500, 300)),
        (candidate("lightgbm", n_estimators=500, early_stopping_rounds=0), (500, 500, 500)),
        (candidate("lightgbm", n_estimators=9000), (9000, 9000, 9000)),
        (candidate("extra-trees", n_estimators=100), (100, 100, 100)),
        (candidate("ridge"), (1, 1, 1)),
    ],
    ids=["stopped early", "never stops", "long enough", "a forest", "no rounds"],
)
def test_nothing_follows_where_more_rounds_would_not_help(one, came_to):
    assert longer(one, fits(*came_to)) is None


def test_nothing_follows_what_was_never_fitted():
    assert longer(candidate("lightgbm"), []) is None
