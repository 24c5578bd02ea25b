"""Lists are taken page by page: every row once, in order, and by whoever may see it alone."""

import base64
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.queries import ModelQuery, RunQuery
from modelyard.domain.runs import Model, Run
from modelyard.domain.tasks import Task
from modelyard.store.databases import Database, TenantDatabase
from modelyard.store.models import SORTABLE as MODEL_SORTS
from modelyard.store.models import Models
from modelyard.store.runs import SORTABLE as RUN_SORTS
from modelyard.store.runs import Runs

MakeRun = Callable[..., Run]
MakeModel = Callable[..., Model]


def _accuracy(value: float) -> dict[str, dict[str, float]]:
    return {"accuracy": {"value": value}}


@pytest.fixture
def runs(records: TenantDatabase, make_run: MakeRun) -> Runs:
    """Return 20 runs with ties, and with fields that some do not have."""
    found = Runs(records)
    for place in range(20):
        found.add(
            make_run(
                f"r{place:02}",
                place // 3,
                algorithm="ab"[place % 2],
                fit_s=None if place % 4 == 0 else place % 5 / 3,
                metrics=_accuracy((math.nan, 0.1 + 0.2, 1 / 3)[place % 3]) if place % 5 else {},
                tags={"even": ""} if place % 2 == 0 else {},
            )
        )
    return found


@pytest.fixture
def models(records: TenantDatabase, make_model: MakeModel) -> Models:
    """Return 12 models of 5 names."""
    found = Models(records)
    for place in range(12):
        found.register(
            make_model(
                f"m{place % 5}",
                task=Task.REGRESSION if place % 2 else Task.BINARY,
                size_bytes=place % 3,
                metrics=_accuracy(place % 4 / 7),
                aliases=("champion",),
            )
        )
    return found


def _pages(page: Callable[[Any], Any], query: Any, *, limit: int) -> Iterator[tuple[Any, ...]]:
    cursor = None
    while True:
        found = page(replace(query, limit=limit, cursor=cursor))
        yield found.items
        cursor = found.next_cursor
        if cursor is None:
            return


@pytest.mark.parametrize("is_descending", [True, False])
@pytest.mark.parametrize("sort", [*RUN_SORTS, "accuracy"])
def test_pages_of_runs_together_are_the_list(runs: Runs, sort: str, *, is_descending: bool) -> None:
    query = RunQuery(sort=sort, is_descending=is_descending)
    pages = list(_pages(runs.page, query, limit=3))
    assert [len(page) for page in pages] == [3, 3, 3, 3, 3, 3, 2]
    assert tuple(run for page in pages for run in page) == runs.find(query)


@pytest.mark.parametrize("is_descending", [True, False])
@pytest.mark.parametrize("sort", [*MODEL_SORTS, "accuracy"])
def test_pages_of_models_together_are_the_list(
    models: Models, sort: str, *, is_descending: bool
) -> None:
    query = ModelQuery(sort=sort, is_descending=is_descending)
    pages = list(_pages(models.page, query, limit=5))
    assert [len(page) for page in pages] == [5, 5, 2]
    assert tuple(model for page in pages for model in page) == models.find(query)


def test_pages_by_a_metric_go_on_among_models_that_are_measured_by_others(
    models: Models, make_model: MakeModel
) -> None:
    for name in ("p", "q", "r"):
        models.register(make_model(name, task=Task.REGRESSION, metrics={"rmse": {"value": 2.0}}))
    query = ModelQuery(sort="accuracy", is_descending=True)
    pages = list(_pages(models.page, query, limit=2))
    assert [model.name for page in pages for model in page][-3:] == ["p", "q", "r"]


def test_pages_by_a_metric_go_on_among_runs_that_are_measured_by_others(
    runs: Runs, make_run: MakeRun
) -> None:
    for place in (97, 98, 99):
        runs.add(make_run(f"r{place}", place, metrics={"rmse": {"value": 2.0}}))
    pages = list(_pages(runs.page, RunQuery(sort="rmse"), limit=3))
    assert len([run for page in pages for run in page]) == 23


def test_filters_hold_on_every_page(runs: Runs) -> None:
    query = RunQuery(algorithm="a", tags={"even": None})
    pages = list(_pages(runs.page, query, limit=4))
    assert sorted(run.id for page in pages for run in page) == [f"r{n:02}" for n in range(0, 20, 2)]


def test_a_page_that_ends_with_the_list_has_no_cursor(runs: Runs) -> None:
    assert runs.page(RunQuery(limit=20)).next_cursor is None
    assert runs.page(RunQuery(limit=19)).next_cursor is not None
    assert runs.page(RunQuery()).next_cursor is None


def test_what_comes_and_goes_meanwhile_moves_nothing_else(runs: Runs, make_run: MakeRun) -> None:
    first = runs.page(RunQuery(limit=5))
    runs.add(make_run("r99", 99))
    runs.delete(first.items[-1].id)
    second = runs.page(RunQuery(limit=5, cursor=first.next_cursor))
    assert [run.id for run in first.items] == ["r19", "r18", "r17", "r16", "r15"]
    assert [run.id for run in second.items] == ["r14", "r13", "r12", "r11", "r10"]


def test_a_cursor_is_good_for_its_filters_and_its_order_alone(runs: Runs) -> None:
    cursor = runs.page(RunQuery(limit=2)).next_cursor
    for other in (RunQuery(algorithm="a"), RunQuery(sort="name"), RunQuery(is_descending=False)):
        with pytest.raises(InvalidValue, match="cursor is none of this list"):
            runs.page(replace(other, limit=2, cursor=cursor))


def test_a_cursor_of_one_tenant_is_none_of_anothers(runs: Runs, database: Database) -> None:
    cursor = runs.page(RunQuery(limit=2)).next_cursor
    with pytest.raises(InvalidValue, match="cursor is none of this list"):
        Runs(database.of("acme")).page(RunQuery(limit=2, cursor=cursor))


def _with_another_value(cursor: str) -> str:
    seal, _, *rest = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    return base64.urlsafe_b64encode(json.dumps([seal, 7, *rest]).encode()).decode()


def test_a_cursor_that_was_changed_on_the_way_is_refused(runs: Runs) -> None:
    cursor = runs.page(RunQuery(limit=2)).next_cursor
    assert cursor is not None
    for broken in ("", "x", "é", "AAAA", "bnVsbA", cursor[:-3], _with_another_value(cursor)):
        with pytest.raises(InvalidValue, match="cursor is none of this list"):
            runs.page(RunQuery(limit=2, cursor=broken))


def test_an_order_by_what_no_run_has_is_refused_on_a_page_as_well(runs: Runs) -> None:
    with pytest.raises(UnknownKey, match="Did you mean 'accuracy'"):
        runs.page(RunQuery(limit=2, sort="acuracy"))
