"""What each algorithm scores on the bundled tables, so that a change that costs quality shows.

A change that is meant to move a score moves the figure here in the same commit, with its reason.
"""

from pathlib import Path

import pytest

import modelyard

DATA = Path(__file__).parents[2] / "examples" / "data"

# Figures of the defaults with seed 0. Classification: share of right answers, log loss.
CLASSES = {
    ("iris", "species", "dummy"): (0.3333, 1.0986),
    ("iris", "species", "logistic-regression"): (0.8667, 0.2068),
    ("iris", "species", "random-forest"): (0.9000, 0.2573),
    ("iris", "species", "lightgbm"): (0.9000, 1.3224),
    ("penguins", "species", "dummy"): (0.4493, 1.0422),
    ("penguins", "species", "logistic-regression"): (1.0, 0.0231),
    ("penguins", "species", "random-forest"): (1.0, 0.0678),
    ("penguins", "species", "lightgbm"): (1.0, 0.0006),
    ("penguins", "sex", "logistic-regression"): (0.8657, 0.2791),
    ("penguins", "sex", "lightgbm"): (0.8806, 0.2533),
    ("penguins", "species", "decision-tree"): (0.9855, 0.0678),
    ("penguins", "sex", "decision-tree"): (0.8507, 0.8132),
    ("penguins", "sex", "extra-trees"): (0.9104, 0.2728),
    ("penguins", "sex", "gradient-boosting"): (0.8806, 0.3520),
    ("penguins", "sex", "hist-gradient-boosting"): (0.8955, 0.2832),
}
# Grams, root of the mean squared error; the standard deviation of the target is 802.
MASSES = {
    "dummy": 816.25,
    "linear-regression": 316.85,
    "ridge": 317.19,
    "lasso": 322.47,
    "elastic-net": 320.75,
    "random-forest": 323.01,
    "extra-trees": 322.22,
    "decision-tree": 331.32,
    "lightgbm": 325.66,
    "gradient-boosting": 321.19,
    "hist-gradient-boosting": 332.82,
}

# Means and linear models end at one optimum, wherever they are computed: what is left is rounding
# and where a solver stops. Trees choose between splits that are all but equal, so that another
# version of a library, or another order of additions, may flip a row of the test part and move a
# loss by some per cent.
SOLVED, GROWN = 0.001, 0.05
TREES = {
    "decision-tree",
    "extra-trees",
    "gradient-boosting",
    "hist-gradient-boosting",
    "lightgbm",
    "random-forest",
}


@pytest.mark.parametrize(("table", "target", "algorithm"), CLASSES)
def test_classification_scores_are_kept(table: str, target: str, algorithm: str) -> None:
    accuracy, log_loss = CLASSES[table, target, algorithm]
    model = modelyard.train(DATA / f"{table}.csv", target=target, algorithm=algorithm)
    assert model.evaluation is not None
    one_row = 1.01 / model.evaluation.n_rows
    is_grown = algorithm in TREES
    assert model.metrics["accuracy"]["value"] == pytest.approx(
        accuracy, abs=one_row if is_grown else SOLVED
    )
    assert model.metrics["log-loss"]["value"] == pytest.approx(
        log_loss, rel=GROWN if is_grown else SOLVED, abs=0.005 if is_grown else 0.0005
    )


@pytest.mark.parametrize("algorithm", MASSES)
def test_regression_scores_are_kept(algorithm: str) -> None:
    model = modelyard.train(DATA / "penguins.csv", target="body_mass_g", algorithm=algorithm)
    tolerance = GROWN if algorithm in TREES else SOLVED
    assert model.metrics["rmse"]["value"] == pytest.approx(MASSES[algorithm], rel=tolerance)
