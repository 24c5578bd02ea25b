"""From a model back to its data, from data on to its models, and what was measured."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from modelyard.domain.errors import InvalidValue, NotFound
from modelyard.domain.runs import Dataset, Model, Run, StoredEvaluation
from modelyard.store.databases import TenantDatabase
from modelyard.store.datasets import Datasets
from modelyard.store.evaluations import Evaluations
from modelyard.store.lineage import Lineage
from modelyard.store.models import Models
from modelyard.store.runs import Runs


@pytest.fixture
def trained(
    records: TenantDatabase,
    dataset: Dataset,
    make_run: Callable[..., Run],
    make_model: Callable[..., Model],
) -> Model:
    Datasets(records).add(dataset)
    Runs(records).add(make_run("r1", data_sha256=dataset.sha256))
    return Models(records).register(make_model(run_id="r1", data_sha256=dataset.sha256))


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
    records: TenantDatabase, trained: Model, dataset: Dataset
) -> None:
    origin = Lineage(records).of_model("iris")
    assert origin.model == trained
    assert origin.run is not None
    assert origin.run.id == "r1"
    assert origin.dataset == dataset


def test_a_model_from_elsewhere_has_no_run(
    records: TenantDatabase, make_model: Callable[..., Model]
) -> None:
    Models(records).register(make_model())
    origin = Lineage(records).of_model("iris")
    assert (origin.run, origin.dataset) == (None, None)


def test_a_run_that_failed_before_reading_has_no_dataset(
    records: TenantDatabase, make_run: Callable[..., Run], make_model: Callable[..., Model]
) -> None:
    Runs(records).add(make_run("r1"))
    Models(records).register(make_model(run_id="r1"))
    assert Lineage(records).of_model("iris").dataset is None


def test_a_dataset_leads_on_to_its_runs_and_models(
    records: TenantDatabase, trained: Model, dataset: Dataset
) -> None:
    offspring = Lineage(records).of_dataset(dataset.sha256[:8])
    assert offspring.dataset == dataset
    assert [run.id for run in offspring.runs] == ["r1"]
    assert offspring.models == (trained,)


def test_the_same_content_is_one_dataset_and_the_first_record_stays(
    records: TenantDatabase, dataset: Dataset
) -> None:
    datasets = Datasets(records)
    datasets.add(dataset)
    assert datasets.add(replace(dataset, location="copy.csv")) == dataset
    assert datasets.find() == (dataset,)


def test_datasets_are_found_by_location_newest_first(
    records: TenantDatabase, dataset: Dataset
) -> None:
    datasets = Datasets(records)
    later = replace(dataset, sha256="ce" * 32, created_at=dataset.created_at + timedelta(seconds=1))
    elsewhere = replace(dataset, sha256="cf" * 32, location="other.csv")
    for each in (dataset, later, elsewhere):
        datasets.add(each)
    assert datasets.find("iris.csv") == (later, dataset)
    with pytest.raises(InvalidValue, match="Several datasets begin with 'c'"):
        datasets.get("c")


@pytest.mark.parametrize("sha256", ["", "%", "ab"])
def test_a_dataset_that_does_not_exist_is_not_found(
    records: TenantDatabase, dataset: Dataset, sha256: str
) -> None:
    Datasets(records).add(dataset)
    with pytest.raises(NotFound, match="There are: cdcd"):
        Datasets(records).get(sha256)


def test_an_evaluation_is_read_back_equal(
    records: TenantDatabase, trained: Model, dataset: Dataset
) -> None:
    evaluation = _evaluation(trained.reference, dataset)
    Evaluations(records).add(evaluation)
    assert Evaluations(records).find("iris@1") == (evaluation,)


def test_an_evaluation_of_an_unknown_model_is_refused(
    records: TenantDatabase, dataset: Dataset
) -> None:
    with pytest.raises(NotFound, match="model"):
        Evaluations(records).add(_evaluation("iris@1", dataset))


def test_an_evaluation_belongs_to_one_version(records: TenantDatabase, dataset: Dataset) -> None:
    with pytest.raises(InvalidValue, match="Name the version"):
        Evaluations(records).add(_evaluation("iris", dataset))


def test_evaluations_go_with_their_model(
    records: TenantDatabase, trained: Model, dataset: Dataset
) -> None:
    Evaluations(records).add(_evaluation(trained.reference, dataset))
    Models(records).delete("iris@1")
    assert Evaluations(records).find("iris@1") == ()
