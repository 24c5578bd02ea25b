"""Runs and models that are put side by side are read with one look, however many they are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from modelyard.domain.errors import InvalidValue, NotFound
from modelyard.domain.runs import Dataset, Model, Run
from modelyard.store.databases import Database, TenantDatabase
from modelyard.store.datasets import Datasets
from modelyard.store.models import Models
from modelyard.store.runs import Runs


@pytest.fixture
def runs(records: TenantDatabase, make_run: Callable[..., Run], dataset: Dataset) -> Runs:
    Datasets(records).add(dataset)
    kept = Runs(records)
    for at in range(12):
        kept.add(make_run(f"run-{at:02}", at, tags={"at": str(at)}))
    return kept


@pytest.fixture
def models(records: TenantDatabase, make_model: Callable[..., Model]) -> Models:
    kept = Models(records)
    for at in range(12):
        kept.register(make_model("iris" if at % 2 else "wine", tags={"at": str(at)}))
    kept.set_alias("iris@2", "live")
    return kept


@contextmanager
def _statements() -> Iterator[list[str]]:
    told: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            told.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield told
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_runs_come_as_one_by_one_and_in_the_order_that_they_were_asked_for(runs: Runs) -> None:
    references = ["run-03", "run-11", "run-03", "run-00"]
    assert runs.get_each(references) == tuple(runs.get(each) for each in references)
    runs.add(replace(runs.get("run-03"), id="other"))
    assert [run.id for run in runs.get_each(["oth", "run-01"])] == ["other", "run-01"]
    with pytest.raises(NotFound, match="run-99"):
        runs.get_each(["run-01", "run-99"])
    with pytest.raises(NotFound):
        runs.get_each(["run-01", "a\0b"])
    with pytest.raises(InvalidValue, match="Several runs"):
        runs.get_each(["run-"])


def test_models_come_as_one_by_one_by_number_alias_or_name(models: Models) -> None:
    references = ["wine@2", "iris@live", "iris", "wine@2", "iris@1"]
    assert models.get_each(references) == tuple(models.get(each) for each in references)
    with pytest.raises(NotFound, match="wine@77"):
        models.get_each(["iris@1", "wine@77"])
    with pytest.raises(InvalidValue):
        models.get_each(["iris@1", "../wine"])


def test_as_many_looks_are_taken_for_many_as_for_two(runs: Runs, models: Models) -> None:
    for get_each, few, many in (
        (runs.get_each, ["run-00", "run-01"], [f"run-{at:02}" for at in range(12)]),
        (models.get_each, ["iris@1", "wine@1"], [f"iris@{1 + at}" for at in range(6)]),
    ):
        with _statements() as for_few:
            get_each(few)
        with _statements() as for_many:
            get_each(many)
        assert len(for_many) == len(for_few)


def test_nothing_of_another_tenant_is_among_them(
    runs: Runs, models: Models, database: Database
) -> None:
    with pytest.raises(NotFound):
        Runs(database.of("acme")).get_each(["run-00"])
    with pytest.raises(NotFound):
        Models(database.of("acme")).get_each(["iris@1"])
