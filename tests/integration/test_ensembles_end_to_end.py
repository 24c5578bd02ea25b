"""Ensembles go the whole way: trained, proved, signed, registered, opened, and asked."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard.services.samples import write_samples

MEMBERS = [
    {"name": "random-forest", "parameters": {"n_estimators": 10}},
    {"name": "decision-tree", "parameters": {"max_depth": 4}},
    "logistic-regression",
]
FOLDS = {"voting": {}, "blending": {"folds": 3}, "stacking": {"folds": 3}}


@pytest.fixture(scope="module")
def penguins(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Return numbers and words with gaps, of three classes."""
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return pl.read_csv(folder / "penguins.csv", null_values=["NA", ""])


@pytest.mark.parametrize("key", FOLDS)
def test_an_ensemble_is_proved_and_answers_rows_as_tables(key: str, penguins: pl.DataFrame) -> None:
    parameters = {"members": MEMBERS, **FOLDS[key]}
    model = modelyard.train(penguins, target="species", algorithm=key, parameters=parameters)

    again = modelyard.load(model.path)
    rows = penguins.head(40).to_dicts()
    batch = again.predict_proba(rows)
    single = [list(again.predict_row(row).probabilities.values()) for row in rows]

    assert model.manifest.parity.n_flips == 0
    assert model.manifest.parity.max_difference < 1e-9
    columns = [[row[name] for name in batch[0]] for row in batch]
    np.testing.assert_allclose(single, columns, rtol=0, atol=1e-12)
    assert [each.algorithm for each in again.manifest.members] == [
        "random-forest",
        "decision-tree",
        "logistic-regression",
    ]


@pytest.mark.parametrize("key", ["blending", "stacking"])
def test_an_ensemble_is_no_worse_than_its_worst_member_alone(
    key: str, penguins: pl.DataFrame
) -> None:
    parameters = {"members": MEMBERS, **FOLDS[key]}
    model = modelyard.train(penguins, target="sex", algorithm=key, parameters=parameters)

    scores = [each.score for each in model.manifest.members]
    assert model.manifest.metric == "roc-auc"
    assert None not in scores
    assert model.metrics["roc-auc"]["value"] >= min(scores) - 0.02


def test_a_regression_is_combined_as_well(penguins: pl.DataFrame) -> None:
    members = [*MEMBERS[:2], "linear-regression"]
    found = {
        key: modelyard.train(
            penguins,
            target="body_mass_g",
            algorithm=key,
            parameters={"members": members, **FOLDS[key]},
        ).metrics["rmse"]
        for key in FOLDS
    }

    assert all(each["value"] < each["baseline"] / 2 for each in found.values())


def test_members_may_be_named_on_the_command_line(done, tmp_path: Path) -> None:
    write_samples(tmp_path)
    words = ["--algorithm", "voting", "--set", "members=decision-tree,logistic-regression"]
    outcome = done("train", tmp_path / "penguins.csv", "--target", "species", *words)

    assert [each["name"] for each in outcome["members"]] == ["decision-tree", "logistic-regression"]
    assert outcome["split"]["validation"] > 0


def test_members_may_be_written_down_with_parameters_and_weights(done, put, tmp_path: Path) -> None:
    write_samples(tmp_path)
    path = put(
        "voting.yaml",
        "data: {tabular: {path: penguins.csv, target_column: species}}\n"
        "model: {name: voting}\n"
        "modelyard:\n  parameters:\n    members:\n      - naive_bayes\n"
        "      - {name: decision-tree, weight: 3, parameters: {max_depth: 2}}\n",
    )
    outcome = done("run", path)

    tree = outcome["parameters"]["members"][1]
    assert tree["weight"] == 3
    assert tree["parameters"]["max_depth"] == 2
    manifest = json.loads((Path(outcome["model"]) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["members"][1] == tree


def test_rows_of_later_moments_are_combined_by_what_earlier_ones_taught(
    penguins: pl.DataFrame,
) -> None:
    model = modelyard.train(
        penguins.with_row_index("moment"),
        target="sex",
        algorithm="stacking",
        time="moment",
        parameters={"members": ["decision-tree", "logistic-regression"], "folds": 3},
    )
    assert all(each.score is not None for each in model.manifest.members)
