"""A search goes the whole way: asked for, kept with its run, told by report and package."""

import json
from pathlib import Path

import pytest

import modelyard
from modelyard.bootstrap import open_project
from modelyard.domain.errors import InvalidValue, UsageError
from modelyard.services.samples import write_samples
from modelyard.workbench.models import Model

SEARCH = {
    "algorithm": "k-nearest-neighbours",
    "search_type": "random",
    "n_trials": 4,
    "search_folds": 3,
    "space": {"n_neighbors": "3..40"},
}


@pytest.fixture(scope="module")
def iris(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder / "iris.csv"


def _kept(model: Model) -> str:
    manifest = model.manifest.to_dict()
    return json.dumps({name: manifest[name] for name in ("search", "parameters", "metrics")})


def test_the_best_trial_is_trained_and_kept_with_the_package(iris: Path) -> None:
    model = modelyard.train(iris, target="species", **SEARCH)

    search = modelyard.load(model.path).manifest.search
    assert search is not None
    best = search["best"][0]
    assert model.manifest.parameters["n_neighbors"] == best["parameters"]["n_neighbors"]
    assert search["default"]["number"] == 1
    assert search["default"]["parameters"] == {"n_neighbors": 15}
    assert "How the hyperparameters were found" in model.report().read_text(encoding="utf-8")


def test_every_trial_is_kept_with_the_run_the_best_first(iris: Path) -> None:
    model = modelyard.train(iris, target="species", **SEARCH)
    assert model.run is not None

    trials = open_project().runs.trials(model.run.id)
    scores = [each.score for each in trials if each.status == "succeeded"]
    assert len(trials) == 4
    assert scores == sorted(scores, reverse=True)


def test_the_same_seed_finds_the_same(iris: Path) -> None:
    first, second = (modelyard.train(iris, target="species", **SEARCH) for _ in range(2))
    assert _kept(first) == _kept(second)


def test_an_ensemble_is_tuned_in_its_own_parameters(iris: Path) -> None:
    model = modelyard.train(
        iris,
        target="species",
        algorithm="stacking",
        parameters={"members": "decision-tree,naive-bayes", "folds": 2},
        search_type="bayesian",
        n_trials=2,
        search_folds=2,
    )

    assert model.manifest.search is not None
    assert list(model.manifest.search["space"]) == ["l2"]
    assert [each.name for each in model.manifest.members] == ["decision-tree", "naive-bayes"]


def test_options_of_a_search_without_one_are_refused(iris: Path) -> None:
    with pytest.raises(UsageError, match="grid_points belongs to a search"):
        modelyard.train(iris, target="species", grid_points=3)


@pytest.mark.parametrize(
    ("wishes", "named"),
    [
        ({"n_trials": 0}, "n_trials"),
        ({"time_limit_s": -1}, "time_limit_s"),
        ({"search_folds": 1}, "search_folds"),
        ({"search_repeats": 0}, "search_repeats"),
        ({"grid_points": 1}, "grid_points"),
        ({"space": "8..64"}, "space"),
    ],
)
def test_wishes_that_cannot_be_are_named(iris: Path, wishes: dict, named: str) -> None:
    with pytest.raises(InvalidValue, match=f"option {named}( .*)? must be"):
        modelyard.train(iris, target="species", search_type="random", **wishes)
