"""The history of trainings over HTTP: lists, details, comparisons and pages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from modelyard.bootstrap import Project
from modelyard.domain.runs import Model, Run, RunStatus
from modelyard.domain.trials import Trial, TrialStatus
from modelyard.store.trials import Trials

Ask = Callable[..., TestClient]
AddRun = Callable[..., Run]

RUNS = "/api/v1/ml/runs"
START = datetime(2026, 1, 1, tzinfo=UTC)


def _ids(client: TestClient, query: str = "") -> list[str]:
    return [item["id"] for item in client.get(f"{RUNS}?{query}").json()["items"]]


def test_runs_are_listed_by_what_is_asked_for(ask: Ask, add_run: AddRun) -> None:
    add_run("r1", status=RunStatus.FAILED, reason="no rows", tags={"by": "ann"})
    add_run("r2", name="price", started_at=START + timedelta(minutes=1))
    client = ask("viewer")
    assert _ids(client) == ["r2", "r1"]
    assert _ids(client, "sort=started_at") == ["r1", "r2"]
    assert _ids(client, "status=failed") == ["r1"]
    assert _ids(client, "tag=by") == ["r1"]
    assert _ids(client, "name=price") == ["r2"]
    assert client.get(f"{RUNS}?status=lost").status_code == 422


def test_a_run_tells_what_was_asked_for(ask: Ask, add_run: AddRun) -> None:
    add_run("r1", metrics={"accuracy": {"value": float("nan"), "low": 0.1}})
    told = ask().get(f"{RUNS}/r1").json()
    assert told["config"] == {"target": "bought", "split": {"test": 0.2}}
    assert told["metrics"] == {"accuracy": {"value": None, "low": 0.1}}
    assert (told["data_sha256"], told["status"]) == (None, "running")


def test_the_trials_of_a_search_come_the_best_first(
    ask: Ask, add_run: AddRun, project: Project
) -> None:
    add_run("r1")
    trials = [
        Trial(number, {"depth": number}, TrialStatus.SUCCEEDED, score, score, (score,), 1.0)
        for number, score in ((1, 0.5), (2, 0.9))
    ]
    for trial in trials:
        Trials(project.of("acme").records).add("r1", trial)
    told = ask().get(f"{RUNS}/r1/trials").json()["items"]
    assert [(each["number"], each["score"]) for each in told] == [(2, 0.9), (1, 0.5)]


def test_a_run_without_automl_has_no_leaderboard(
    ask: Ask, add_run: AddRun, register: Callable[..., Model]
) -> None:
    add_run("r1", model="churn@1")
    register("churn")
    answer = ask().get(f"{RUNS}/r1/leaderboard")
    assert (answer.status_code, "trials" in answer.json()["fix"]) == (404, True)


def test_runs_are_compared_where_they_differ(ask: Ask, add_run: AddRun) -> None:
    add_run("r1", metrics={"accuracy": {"value": 0.8}})
    other = {"target": "bought", "split": {"test": 0.3}, "seed": 1}
    add_run("r2", config=other)
    told = ask().post(f"{RUNS}/compare", json={"runs": ["r1", "r2"]}).json()
    assert told["config"] == [
        {"key": "split.test", "values": [0.2, 0.3]},
        {"key": "seed", "values": [None, 1]},
    ]
    assert told["metrics"] == [{"key": "accuracy", "values": [0.8, None]}]
    assert [run["id"] for run in told["runs"]] == ["r1", "r2"]


def test_a_run_is_tagged_and_forgotten(ask: Ask, add_run: AddRun) -> None:
    add_run("r1")
    client = ask("editor")
    assert client.patch(f"{RUNS}/r1/tags", json={"tags": {"a": "b"}}).json()["tags"] == {"a": "b"}
    assert client.delete(f"{RUNS}/r1").status_code == 204
    assert client.get(f"{RUNS}/r1").status_code == 404


def test_a_run_whose_model_stands_is_not_forgotten(
    ask: Ask, add_run: AddRun, register: Callable[..., Model]
) -> None:
    register("churn", run=add_run("r1"))
    assert ask("editor").delete(f"{RUNS}/r1").status_code == 422


def test_another_tenant_and_whoever_is_not_given_the_model_see_no_run(
    ask: Ask, add_run: AddRun
) -> None:
    add_run("r1")
    add_run("r2", name="given")
    for caller, seen in (("stranger", []), ("bounded", ["r2"])):
        client = ask(caller)
        assert _ids(client) == seen
        for below in ("", "/trials", "/leaderboard"):
            assert client.get(f"{RUNS}/r1{below}").status_code == 404, (caller, below)


def test_every_run_comes_once_while_others_are_added(ask: Ask, add_run: AddRun) -> None:
    there = [f"r{number:03}" for number in range(25)]
    for number, id_ in enumerate(there):
        # Some at the same moment: their order then hangs on more than the time.
        add_run(id_, started_at=START + timedelta(minutes=number // 3))
    for sort in ("-started_at", "started_at", "name", "-n_rows", "-accuracy"):
        seen: list[str] = []
        cursor, added = "", 0
        while True:
            page = ask().get(f"{RUNS}?limit=4&sort={sort}{cursor}").json()
            seen += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
            add_run(f"new-{sort}-{added}", started_at=START + timedelta(minutes=added * 2))
            added += 1
        assert len(seen) == len(set(seen)), sort
        assert set(there) <= set(seen), sort


def test_a_cursor_that_was_changed_or_came_with_another_list_is_refused(
    ask: Ask, add_run: AddRun
) -> None:
    for id_ in ("r1", "r2"):
        add_run(id_)
    cursor = ask().get(f"{RUNS}?limit=1").json()["next_cursor"]
    for query in (f"cursor={cursor[:-2]}", "cursor=x", f"cursor={cursor}&name=churn"):
        assert ask().get(f"{RUNS}?limit=1&{query}").status_code == 422, query
