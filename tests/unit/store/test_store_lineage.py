"""From a model back to its data, from data on to its models, and what was measured."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from modelyard.domain.errors import InvalidValue, NotFound
from modelyard.domain.runs import Dataset, Model, Run, StoredEvaluation
from modelyard.store.databases import Database
from modelyard.store.datasets import Datasets
from modelyard.store.evaluations import Evaluations
from modelyard.store.lineage import Lineage
from modelyard.store.models import Models
from modelyard.store.runs import Runs


@pytest.fixture
def trained(
    database: Database,
    dataset: Dataset,
    make_run: Callable[..., Run],
    make_model: Callable[..., Model],
) -> Model:
    Datasets(database).add(dataset)
    Runs(database).add(make_run("r1", data_sha256=dataset.sha256))
    return Models(database).register(make_model(run_id="r1", data_sha256=dataset.sha256))


def _evaluation(model: str, dataset: Dataset) -> StoredEvaluation:
    return StoredEvaluation(
        id="e1",
        model=model,
        data_sha256="99" * 32,
        location="test.csv",
        n_rows=30,
        metrics={"accuracy": {"value": 0.9}},
        created_at=dataset.created_at,
        labels=("a", 1, True),
        confusion=((1, 2, 3), (4, 5, 6), (7, 8, 9)),
    )


def test_a_model_leads_back_to_its_run_and_dataset(
    database: Database, trained: Model, dataset: Dataset
) -> None:
    origin = Lineage(database).of_model("iris")
    assert origin.model == trained
    assert origin.run is not None
    assert origin.run.id == "r1"
    assert origin.dataset == dataset


def test_a_model_from_elsewhere_has_no_run(
    database: Database, make_model: Callable[..., Model]
) -> None:
    Models(database).register(make_model())
    origin = Lineage(database).of_model("iris")
    assert (origin.run, origin.dataset) == (None, None)


def test_a_run_that_failed_before_reading_has_no_dataset(
    database: Database, make_run: Callable[..., Run], make_model: Callable[..., Model]
) -> None:
    Runs(database).add(make_run("r1"))
    Models(database).register(make_model(run_id="r1"))
    assert Lineage(database).of_model("iris").dataset is None


def test_a_dataset_leads_on_to_its_runs_and_models(
    database: Database, trained: Model, dataset: Dataset
) -> None:
    offspring = Lineage(database).of_dataset(dataset.sha256[:8])
    assert offspring.dataset == dataset
    assert [run.id for run in offspring.runs] == ["r1"]
    assert offspring.models == (trained,)


def test_the_same_content_is_one_dataset_and_the_first_record_stays(
    database: Database, dataset: Dataset
) -> None:
    datasets = Datasets(database)
    datasets.add(dataset)
    assert datasets.add(replace(dataset, location="copy.csv")) == dataset
    assert datasets.find() == (dataset,)


def test_datasets_are_found_by_location_newest_first(database: Database, dataset: Dataset) -> None:
    datasets = Datasets(database)
    later = replace(dataset, sha256="ce" * 32, created_at=dataset.created_at + timedelta(seconds=1))
    elsewhere = replace(dataset, sha256="cf" * 32, location="other.csv")
    for each in (dataset, later, elsewhere):
        datasets.add(each)
    assert datasets.find("iris.csv") == (later, dataset)
    with pytest.raises(InvalidValue, match="Several datasets begin with 'c'"):
        datasets.get("c")


@pytest.mark.parametrize("sha256", ["", "%", "ab"])
def test_a_dataset_that_does_not_exist_is_not_found(
    database: Database, dataset: Dataset, sha256: str
) -> None:
    Datasets(database).add(dataset)
    with pytest.raises(NotFound, match="There are: cdcd"):
        Datasets(database).get(sha256)


def test_an_evaluation_is_read_back_equal(
    database: Database, trained: Model, dataset: Dataset
) -> None:
    evaluation = _evaluation(trained.reference, dataset)
    Evaluations(database).add(evaluation)
    assert Evaluations(database).find("iris@1") == (evaluation,)


def test_an_evaluation_of_an_unknown_model_is_refused(database: Database, dataset: Dataset) -> None:
    with pytest.raises(NotFound, match="model"):
        Evaluations(database).add(_evaluation("iris@1", dataset))


def test_an_evaluation_belongs_to_one_version(database: Database, dataset: Dataset) -> None:
    with pytest.raises(InvalidValue, match="Name the version"):
        Evaluations(database).add(_evaluation("iris", dataset))


def test_evaluations_go_with_their_model(
    database: Database, trained: Model, dataset: Dataset
) -> None:
    Evaluations(database).add(_evaluation(trained.reference, dataset))
    Models(database).delete("iris@1")
    assert Evaluations(database).find("iris@1") == ()
