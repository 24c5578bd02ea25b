"""What one tenant keeps is never seen, changed or deleted by another, through any method."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from modelyard.domain.errors import ModelyardError
from modelyard.domain.queries import ModelQuery, RunQuery
from modelyard.domain.runs import Dataset, Model, Run, RunStatus, StoredEvaluation
from modelyard.domain.trials import Trial, TrialStatus
from modelyard.store.databases import Database
from modelyard.store.datasets import Datasets
from modelyard.store.evaluations import Evaluations
from modelyard.store.lineage import Lineage
from modelyard.store.models import Models
from modelyard.store.runs import Runs
from modelyard.store.tables.every import whole_schema
from modelyard.store.trials import Trials

# Whatever of the one tenant another sees, this word gives it away.
MARK = "acmes-own"
RUN, SHA, REFERENCE = "r1-0001", "cd01", "iris@1"
TRIAL = Trial(1, {"depth": 3}, TrialStatus.SUCCEEDED, 0.5, 0.5, (0.5,), 1.0, reason=MARK)


@pytest.fixture
def run(make_run: Callable[..., Run]) -> Run:
    made = make_run(RUN, name=MARK, data_location=MARK, data_sha256=SHA, tags={MARK: MARK})
    return replace(made, status=RunStatus.RUNNING, metrics={MARK: {"value": 0.5}})


@pytest.fixture
def model(make_model: Callable[..., Model]) -> Model:
    made = make_model("iris", run_id=RUN, algorithm=MARK, data_sha256=SHA, artifact=MARK)
    return replace(made, aliases=("champion", MARK), tags={MARK: MARK})


@pytest.fixture
def kept(database: Database, run: Run, model: Model, dataset: Dataset) -> list[Any]:
    """Keep a record of each noun for the one tenant, and return all its rows."""
    acme = database.of("acme")
    Datasets(acme).add(replace(dataset, sha256=SHA, location=MARK))
    Runs(acme).add(run)
    Trials(acme).add(RUN, TRIAL)
    Models(acme).register(model)
    Models(acme).set_alias(REFERENCE, "second")
    Evaluations(acme).add(
        StoredEvaluation("e1", REFERENCE, SHA, MARK, 1, {}, dataset.created_at, ("a",), ((1,),))
    )
    return _rows_of_acme(database)


def _rows_of_acme(database: Database) -> list[Any]:
    with database.reading() as connection:
        return [
            (table.name, connection.execute(sa.select(table).where(table.c.tenant == "acme")).all())
            for table in whole_schema().sorted_tables
            if "tenant" in table.c
        ]


# Each public method of each store, called by another tenant with what only the one tenant has.
CALLS: Mapping[type, Mapping[str, Callable[[Any, Run, Model], Any]]] = {
    Datasets: {
        "add": lambda s, r, _: s.add(Dataset(SHA, "x", 1, 1, 1, r.started_at)),
        "get": lambda s, *_: s.get(SHA),
        "find": lambda s, *_: (s.find(), s.find(MARK)),
    },
    Runs: {
        "add": lambda s, r, _: s.add(r),
        "update": lambda s, r, _: s.update(replace(r, status=RunStatus.FAILED)),
        "statuses": lambda s, *_: s.statuses([RUN]),
        "get": lambda s, *_: s.get("r1"),
        "get_each": lambda s, *_: s.get_each([RUN]),
        "find": lambda s, *_: s.find(RunQuery(name=MARK, tags={MARK: None})),
        "page": lambda s, *_: s.page(RunQuery(limit=1, sort=MARK)),
        "tag": lambda s, *_: s.tag(RUN, "k", value="v"),
        "untag": lambda s, *_: s.untag(RUN, MARK),
        "change_tags": lambda s, *_: s.change_tags(RUN, {MARK: None, "k": "v"}),
        "delete": lambda s, *_: s.delete(RUN),
    },
    Trials: {
        "add": lambda s, *_: s.add(RUN, replace(TRIAL, number=2)),
        "find": lambda s, *_: s.find(RUN),
    },
    Models: {
        "register": lambda s, r, m: s.register(m, made_by=replace(r, status=RunStatus.SUCCEEDED)),
        "artifacts": lambda s, *_: s.artifacts(),
        "get": lambda s, *_: s.get(REFERENCE),
        "get_each": lambda s, *_: s.get_each([REFERENCE]),
        "versions": lambda s, *_: s.versions("iris"),
        "find": lambda s, *_: s.find(ModelQuery(alias="champion", tags={MARK: MARK})),
        "page": lambda s, *_: s.page(ModelQuery(limit=1)),
        "alias_places": lambda s, *_: s.alias_places("iris"),
        "set_alias": lambda s, *_: s.set_alias(REFERENCE, "champion"),
        "remove_alias": lambda s, *_: s.remove_alias("iris", "champion"),
        "roll_back_alias": lambda s, *_: s.roll_back_alias("iris", "second"),
        "tag": lambda s, *_: s.tag(REFERENCE, "k", value="v"),
        "untag": lambda s, *_: s.untag("iris", MARK),
        "change_tags": lambda s, *_: s.change_tags("iris", {MARK: None, "k": "v"}),
        "delete": lambda s, *_: s.delete(REFERENCE, is_forced=True),
    },
    Evaluations: {
        "add": lambda s, r, _: s.add(
            StoredEvaluation("e2", REFERENCE, SHA, "x", 1, {}, r.started_at)
        ),
        "find": lambda s, *_: s.find(REFERENCE),
    },
    Lineage: {
        "of_model": lambda s, *_: s.of_model(REFERENCE),
        "of_dataset": lambda s, *_: s.of_dataset(SHA),
    },
}
EVERY_CALL = [(store, name) for store, calls in CALLS.items() for name in calls]


@pytest.mark.parametrize("store", CALLS)
def test_every_method_of_a_store_is_called_below(store: type) -> None:
    methods = {name for name in vars(store) if not name.startswith("_")}
    assert methods == set(CALLS[store])


@pytest.mark.parametrize(("store", "name"), EVERY_CALL)
def test_another_tenant_sees_and_changes_nothing(
    database: Database, kept: list[Any], run: Run, model: Model, store: type, name: str
) -> None:
    try:
        told = repr(CALLS[store][name](store(database.of("globex")), run, model))
    except ModelyardError as error:
        told = str(error.fix)
        assert RUN not in told
    assert MARK not in told
    assert _rows_of_acme(database) == kept


def test_two_tenants_keep_the_same_names_side_by_side(
    database: Database, kept: list[Any], run: Run, model: Model, dataset: Dataset
) -> None:
    globex = database.of("globex")
    Datasets(globex).add(replace(dataset, sha256=SHA))
    Runs(globex).add(run)
    registered = Models(globex).register(model)
    assert registered.reference == REFERENCE
    Models(globex).delete(REFERENCE, is_forced=True)
    Runs(globex).delete(RUN)
    assert _rows_of_acme(database) == kept


def test_a_reference_leads_to_the_same_tenant_alone(
    database: Database, kept: list[Any], run: Run, model: Model
) -> None:
    """The dataset and the run that these refer to exist, for another."""
    globex = database.of("globex")
    with suppress(ModelyardError):
        Runs(globex).add(run)
    with suppress(ModelyardError):
        Models(globex).register(model)
    assert Runs(globex).find() == ()
    assert Models(globex).find() == ()
    assert _rows_of_acme(database) == kept
