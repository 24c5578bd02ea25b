"""Trainings are remembered exactly, listed in the order asked for, and never rewritten."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelyard.domain.errors import InvalidValue, NotFound, UnknownKey
from modelyard.domain.queries import RunQuery
from modelyard.domain.runs import Dataset, Model, Run, RunStatus
from modelyard.domain.tasks import Task
from modelyard.store.databases import TenantDatabase
from modelyard.store.datasets import Datasets
from modelyard.store.models import Models
from modelyard.store.runs import SORTABLE, Runs

WEIRD = [
    "'; DROP TABLE training_jobs; --",
    "<img src=x onerror=alert(1)>",
    "=1+1",
    "🚀",
    '"',
    "%_\\",
]
MakeRun = Callable[..., Run]


@pytest.fixture
def runs(records: TenantDatabase) -> Runs:
    return Runs(records)


def _ids(found: tuple[Run, ...]) -> list[str]:
    return [run.id for run in found]


def _scores(value: float) -> dict[str, dict[str, float]]:
    return {"accuracy": {"value": value, "low": 0.0, "high": 1.0, "baseline": 0.5}}


def test_a_run_with_every_field_set_is_read_back_equal(
    runs: Runs, make_run: MakeRun, records: TenantDatabase, dataset: Dataset
) -> None:
    Datasets(records).add(dataset)
    run = make_run(
        "r1",
        status=RunStatus.SUCCEEDED,
        config={"target": "y", "parameters": {"depth": 3, "rate": 0.1, "list": [1, None, True]}},
        data_sha256=dataset.sha256,
        n_rows=150,
        task=Task.MULTICLASS,
        algorithm="lightgbm",
        metric="accuracy",
        metrics=_scores(0.1 + 0.2),
        findings=({"code": "constant-column", "columns": ["a"]},),
        model="iris@1",
        reason="because",
        fit_s=0.5,
        duration_s=1.5,
        finished_at=make_run("x", 2).started_at,
        tags={"team": "a", "b": ""},
    )
    runs.add(run)
    assert runs.get("r1") == run


def test_a_run_that_knows_little_is_read_back_equal(runs: Runs, make_run: MakeRun) -> None:
    runs.add(make_run("r1"))
    assert runs.get("r1") == make_run("r1")


@pytest.mark.parametrize("text", [*WEIRD, "line\nline", "\u202ertl", "nul\0nul"])
def test_weird_text_is_only_text(runs: Runs, make_run: MakeRun, text: str) -> None:
    run = make_run(
        "r1",
        name=text,
        reason=text,
        config={text: text},
        findings=({"a": text},),
        tags={text: text},
    )
    runs.add(run)
    assert runs.find(RunQuery(name=text, tags={text: text})) == (run,)


@given(name=st.text(st.characters(exclude_categories=["Cs"])))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_filtering_by_any_text_finds_exactly_the_runs_called_so(
    runs: Runs, make_run: MakeRun, name: str
) -> None:
    if not runs.find(RunQuery(name="other")):
        runs.add(make_run("other", name="other"))
    known = {run.name: run.id for run in runs.find()}
    if name not in known:
        runs.add(make_run(f"r{len(known)}", name=name))
    assert {run.name for run in runs.find(RunQuery(name=name))} == {name}


def test_text_whose_bytes_are_no_utf8_is_kept_as_escapes(runs: Runs, make_run: MakeRun) -> None:
    bad = "caf\udce9.csv"
    runs.add(make_run("r1", data_location=bad, tags={"file": bad}, config={"file": bad}))
    (found,) = runs.find(RunQuery(tags={"file": bad}))
    assert (found.data_location, found.tags["file"]) == ("caf\\udce9.csv",) * 2
    assert found.config == {"file": bad}


def test_times_come_back_in_utc_whatever_zone_they_came_in(runs: Runs, make_run: MakeRun) -> None:
    east = timezone(timedelta(hours=5))
    runs.add(make_run("r1", started_at=datetime(2026, 3, 1, 12, tzinfo=east)))
    assert runs.get("r1").started_at.isoformat() == "2026-03-01T07:00:00+00:00"


def test_an_id_is_given_once(runs: Runs, make_run: MakeRun) -> None:
    runs.add(make_run("r1"))
    with pytest.raises(InvalidValue, match="exists already"):
        runs.add(make_run("r1"))


def test_a_run_on_an_unknown_dataset_is_refused(runs: Runs, make_run: MakeRun) -> None:
    with pytest.raises(NotFound, match="dataset"):
        runs.add(make_run("r1", data_sha256="ab" * 32))
    assert runs.find() == ()


def test_an_update_replaces_the_state_and_leaves_the_tags(runs: Runs, make_run: MakeRun) -> None:
    runs.add(make_run("r1", tags={"team": "a"}))
    runs.tag("r1", "note", value="while running")
    runs.update(make_run("r1", status=RunStatus.SUCCEEDED, n_rows=9))
    found = runs.get("r1")
    assert (found.status, found.n_rows) == (RunStatus.SUCCEEDED, 9)
    assert found.tags == {"note": "while running", "team": "a"}


def test_a_final_state_is_final(runs: Runs, make_run: MakeRun) -> None:
    runs.add(make_run("r1", status=RunStatus.CANCELLED))
    with pytest.raises(InvalidValue, match="has ended \\(cancelled\\)"):
        runs.update(make_run("r1", status=RunStatus.SUCCEEDED))


def test_an_update_of_an_unknown_run_is_refused(runs: Runs, make_run: MakeRun) -> None:
    with pytest.raises(NotFound, match="There is none yet"):
        runs.update(make_run("r1"))


def test_a_unique_prefix_is_as_good_as_the_id(runs: Runs, make_run: MakeRun) -> None:
    for id_ in ("20260101-a", "20260102-b", "20260102"):
        runs.add(make_run(id_))
    assert runs.get("20260101").id == "20260101-a"
    assert runs.get("20260102").id == "20260102"
    with pytest.raises(InvalidValue, match="20260101-a, 20260102, 20260102-b"):
        runs.get("2026")


@pytest.mark.parametrize("reference", ["", "%", "_", "20260101-z"])
def test_a_run_that_does_not_exist_is_not_found(
    runs: Runs, make_run: MakeRun, reference: str
) -> None:
    runs.add(make_run("20260101-a"))
    with pytest.raises(NotFound, match="20260101-a"):
        runs.get(reference)


def test_filters_all_have_to_hold(
    runs: Runs, make_run: MakeRun, records: TenantDatabase, dataset: Dataset
) -> None:
    Datasets(records).add(dataset)
    runs.add(make_run("r1", 1, name="a", algorithm="linear", tags={"k": "1"}))
    runs.add(make_run("r2", 2, name="a", status=RunStatus.FAILED, tags={"k": "2"}))
    runs.add(make_run("r3", 3, name="b", algorithm="linear", data_sha256=dataset.sha256))
    assert _ids(runs.find()) == ["r3", "r2", "r1"]
    assert _ids(runs.find(RunQuery(name="a"))) == ["r2", "r1"]
    assert _ids(runs.find(RunQuery(name="a", algorithm="linear"))) == ["r1"]
    assert _ids(runs.find(RunQuery(status=RunStatus.FAILED))) == ["r2"]
    assert _ids(runs.find(RunQuery(data_sha256=dataset.sha256))) == ["r3"]
    assert _ids(runs.find(RunQuery(tags={"k": None}))) == ["r2", "r1"]
    assert _ids(runs.find(RunQuery(tags={"k": "1"}))) == ["r1"]
    assert _ids(runs.find(RunQuery(tags={"k": "1", "other": None}))) == []
    assert _ids(runs.find(RunQuery(limit=1))) == ["r3"]


def test_runs_are_sorted_by_a_metric_and_those_without_it_come_last(
    runs: Runs, make_run: MakeRun
) -> None:
    for place, value in enumerate([0.5, 0.9, math.nan, 0.75]):
        runs.add(make_run(f"r{place}", place, metrics=_scores(value)))
    runs.add(make_run("r9", 9))
    assert _ids(runs.find(RunQuery(sort="accuracy"))) == ["r1", "r3", "r0", "r9", "r2"]
    ascending = runs.find(RunQuery(sort="accuracy", is_descending=False))
    assert _ids(ascending) == ["r0", "r3", "r1", "r9", "r2"]


@pytest.mark.parametrize("field", SORTABLE)
def test_runs_are_sorted_by_every_field_that_has_an_order(
    runs: Runs, make_run: MakeRun, field: str
) -> None:
    late = make_run("x", 5).started_at
    low = {"name": "a", "status": RunStatus.FAILED, "algorithm": "a", "n_rows": 1, "fit_s": 1.0}
    high = {"name": "b", "status": RunStatus.SUCCEEDED, "algorithm": "b", "n_rows": 2, "fit_s": 2.0}
    runs.add(make_run("low", 1, duration_s=1.0, finished_at=late, **low))
    runs.add(make_run("high", 2, duration_s=2.0, finished_at=late + timedelta(seconds=1), **high))
    assert _ids(runs.find(RunQuery(sort=field))) == ["high", "low"]
    assert _ids(runs.find(RunQuery(sort=field, is_descending=False))) == ["low", "high"]


@pytest.mark.parametrize("sort", ["acuracy", "accuracy') --", '"'])
def test_an_order_by_what_no_run_has_is_refused(runs: Runs, make_run: MakeRun, sort: str) -> None:
    runs.add(make_run("r1", metrics=_scores(0.5)))
    with pytest.raises(UnknownKey, match=r"Known: started_at.*accuracy"):
        runs.find(RunQuery(sort=sort))


def test_a_metric_that_is_not_a_number_is_read_back_as_nan(runs: Runs, make_run: MakeRun) -> None:
    runs.add(make_run("r1", metrics=_scores(math.inf)))
    assert math.isnan(runs.get("r1").metrics["accuracy"]["value"])


def test_a_tag_is_set_replaced_and_taken_off(runs: Runs, make_run: MakeRun) -> None:
    runs.add(make_run("r1"))
    runs.tag("r1", "team", value="a")
    runs.tag("r1", "team", value="b")
    assert runs.get("r1").tags == {"team": "b"}
    runs.untag("r1", "team")
    assert runs.get("r1").tags == {}


def test_a_tag_that_is_not_there_cannot_be_taken_off(runs: Runs, make_run: MakeRun) -> None:
    runs.add(make_run("r1", tags={"team": "a"}))
    with pytest.raises(NotFound, match="Did you mean 'team'"):
        runs.untag("r1", "teem")


def test_a_deleted_run_is_gone_with_its_tags(runs: Runs, make_run: MakeRun) -> None:
    runs.add(make_run("r1", tags={"team": "a"}))
    assert runs.delete("r1") == make_run("r1", tags={"team": "a"})
    runs.add(make_run("r1"))
    assert runs.get("r1").tags == {}


def test_a_run_whose_model_is_registered_is_kept(
    runs: Runs, make_run: MakeRun, make_model: Callable[..., Model], records: TenantDatabase
) -> None:
    runs.add(make_run("r1"))
    Models(records).register(make_model(run_id="r1"))
    with pytest.raises(InvalidValue, match="Delete iris@1 first"):
        runs.delete("r1")
    assert runs.get("r1").id == "r1"
