"""Jobs over HTTP: asked for, listed, followed, cancelled and tried again, each tenant its own."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from modelyard.bootstrap import Project
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import (
    Ending,
    EventKind,
    Fence,
    Job,
    JobState,
    Line,
    Problem,
    Quota,
    Standing,
    Usage,
    WorkerSeen,
)
from modelyard.domain.runs import Run, RunStatus
from modelyard.domain.tasks import Task
from modelyard.domain.trials import Trial, TrialStatus
from modelyard.services.uploads import UploadRequest

Ask = Callable[..., TestClient]

API = "/api/v1/ml"
TABLE = b"x,y\n" + b"".join(b"%d,%d\n" % (n, n % 2) for n in range(40))
BODY: dict[str, Any] = {
    "dataset": "flags",
    "configuration": {
        "data": {"tabular": {"target_column": "y"}},
        "model": {"name": "logistic-regression"},
    },
}
MB = 1_000_000


@pytest.fixture
def dataset(project: Project) -> None:
    """Keep a small table as a dataset of the tenant."""
    request = UploadRequest(
        name="flags", filename="flags.csv", size_bytes=len(TABLE), created_by="user:e"
    )
    project.of("acme").uploads.take(request, [TABLE])


@pytest.fixture
def start(ask: Ask, dataset: None) -> Callable[..., dict[str, Any]]:
    """Return what asks for a training, and returns the answer."""

    def start_it(**changes: Any) -> dict[str, Any]:
        response = ask("editor").post(f"{API}/training/start", json=BODY | changes)
        assert response.status_code == 202, response.text
        told: dict[str, Any] = response.json()
        return told

    return start_it


@pytest.fixture
def claim(project: Project) -> Callable[[], Job]:
    """Return what takes the next job as a worker would."""
    claims = project.claims

    def claim_it() -> Job:
        at = project.jobs.now()
        if not claims.workers():
            claims.enlist(WorkerSeen("worker", "its process", 0, 1, at, at))
        job = claims.claim("worker", at=at)
        assert job is not None
        return job

    return claim_it


@pytest.fixture
def end(project: Project) -> Callable[..., None]:
    """Return what ends a job as a worker would."""

    def end_it(fence: Fence, problem: str = "too-few-rows") -> None:
        ending = Ending(JobState.FAILED, problem, "It did not work.")
        project.claims.end(fence, ending, usage=Usage(1.5, 7 * MB), at=project.jobs.now())

    return end_it


def _events(text: str) -> list[dict[str, str]]:
    """Read server-sent events as the HTML standard says (section 9.2.6)."""
    found = []
    for block in text.split("\n\n"):
        lines = [line.partition(": ") for line in block.split("\n") if not line.startswith(":")]
        fields = {name: value for name, _, value in lines if name}
        if "data" in fields:
            found.append(fields)
    return found


def test_a_training_is_queued_with_everything_that_was_asked(start, ask: Ask) -> None:
    told = start(priority=7, limits={"memory_mb": 500, "wall_s": 60.0})
    assert (told["state"], told["kind"], told["priority"]) == ("queued", "training", 7)
    assert told["dataset"] == "flags@1"
    assert told["created_by"] == "user:e"
    assert told["limits"]["memory_bytes"] == 500 * MB
    assert told["payload"]["config"]["target"] == "y"
    shown = ask("viewer").get(f"{API}/training/jobs/{told['id']}")
    assert shown.json() == told


def test_the_answer_says_where_the_job_is(ask: Ask, dataset: None) -> None:
    response = ask("editor").post(f"{API}/training/start", json=BODY)
    place = f"{API}/training/jobs/{response.json()['id']}"
    assert response.headers["location"] == place


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"dataset": "other"}, 404, "other"),
        ({"dataset": "/etc/passwd"}, 422, "passwd"),
        ({"priority": 101}, 422, "priority"),
        ({"limits": {"memory_mb": 1}}, 422, "memory_mb"),
        ({"data": "flags.csv"}, 422, "data"),
    ],
)
def test_what_cannot_be_trained_is_refused_at_once(
    ask: Ask, dataset: None, change: dict[str, Any], status: int, told: str
) -> None:
    response = ask("editor").post(f"{API}/training/start", json=BODY | change)
    assert response.status_code == status
    assert told in response.text


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("data.tabular.path", "/etc/passwd", "path"),
        ("data.tabular.schema", "/etc/passwd", "schema"),
        ("modelyard.output", "/tmp/out", "output"),  # noqa: S108 - it is refused
        ("model.name", "light-gbm", "lightgbm"),
        ("modelyard.cv", "five", "cv"),
    ],
)
def test_a_configuration_that_names_files_or_is_wrong_is_refused(
    ask: Ask, dataset: None, place: str, value: str, told: str
) -> None:
    body = json.loads(json.dumps(BODY))
    *path, last = place.split(".")
    inner = body["configuration"]
    for key in path:
        inner = inner.setdefault(key, {})
    inner[last] = value
    response = ask("editor").post(f"{API}/training/start", json=body)
    assert response.status_code == 422
    assert told in response.json()["detail"] + response.json()["fix"]


def test_more_jobs_than_the_quota_are_refused_as_too_many(
    project: Project, start, ask: Ask
) -> None:
    project.of("acme").jobs.set_quota(Quota(most_queued=1), caller=LOCAL_CALLER)
    start()
    response = ask("editor").post(f"{API}/training/start", json=BODY)
    assert (response.status_code, response.json()["code"]) == (429, "quota-exceeded")


def test_a_tenant_sees_its_own_quota_and_how_much_of_it_is_used(
    project: Project, start, claim: Callable[[], Job], ask: Ask
) -> None:
    project.of("acme").jobs.set_quota(Quota(2, 5), caller=LOCAL_CALLER)
    for _ in range(3):
        start()
    claim()
    told = {"most_running": 2, "most_queued": 5, "n_running": 1, "n_queued": 2}
    assert ask("admin").get(f"{API}/quota").json() == told
    assert ask("editor").get(f"{API}/quota").json() == told
    assert ask("stranger").get(f"{API}/quota").json()["n_queued"] == 0


def test_the_same_key_makes_one_job(ask: Ask, dataset: None) -> None:
    client = ask("editor")
    answers = [
        client.post(f"{API}/training/start", json=BODY, headers={"idempotency-key": "once"})
        for _ in range(3)
    ]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(client.get(f"{API}/jobs").json()["items"]) == 1


def test_lists_are_filtered_and_come_in_pages(start, ask: Ask) -> None:
    ids = [start()["id"] for _ in range(3)]
    client = ask("viewer")
    ask("editor").post(f"{API}/jobs/{ids[0]}/cancel")

    def listed(path: str, **query: Any) -> list[str]:
        return [job["id"] for job in client.get(f"{API}{path}", params=query).json()["items"]]

    assert listed("/jobs") == listed("/training/jobs") == ids[::-1]
    assert listed("/jobs", state="cancelled") == [ids[0]]
    assert listed("/jobs", kind="ingest") == []
    assert listed("/training/jobs", created_by="user:x") == []
    first = client.get(f"{API}/jobs", params={"limit": 2}).json()
    assert listed("/jobs", limit=2, cursor=first["next_cursor"]) == [ids[0]]


SEARCH = {
    "data": {"tabular": {"target_column": "y"}},
    "model": {"name": "logistic-regression"},
    "modelyard": {"search": {"type": "random", "trials": 3}},
}


def test_a_search_is_asked_to_end_with_the_best_so_far(start, claim, ask: Ask) -> None:
    id_ = start(configuration=SEARCH)["id"]
    claim()
    told = ask("editor").post(f"{API}/jobs/{id_}/finish").json()
    assert (told["state"], told["is_finishing"], told["is_cancelling"]) == ("running", True, False)
    assert ask("editor").post(f"{API}/jobs/{id_}/finish").json() == told
    (deed,) = [
        each
        for each in ask("admin").get(f"{API}/audit").json()["items"]
        if each["action"] == "job.finish" and each["target"] == id_
    ][:1]
    assert deed["actor"] == "user:e"


def test_what_searches_for_nothing_is_not_asked_for_its_best(start, ask: Ask) -> None:
    response = ask("editor").post(f"{API}/jobs/{start()['id']}/finish")
    assert (response.status_code, response.json()["code"]) == (409, "conflict")


def test_a_leaderboard_fills_up_while_the_job_runs(
    start, claim, project: Project, ask: Ask
) -> None:
    id_ = start(configuration=SEARCH)["id"]
    place = f"{API}/jobs/{id_}/leaderboard"
    assert ask("viewer").get(place).json() == {
        "task": None,
        "metric": None,
        "higher_is_better": None,
        "items": [],
    }
    fence = claim().fence
    tenant = project.of("acme")
    run = Run(
        id="20260101-1",
        name="flags",
        status=RunStatus.RUNNING,
        started_at=project.jobs.now(),
        config={},
        seed=0,
        data_location="flags@1",
        task=Task.BINARY,
        metric="log-loss",
    )
    tenant.runs.runs.add(run)
    project.claims.tell(fence, Standing(stage="Searching"), lines=(), run_id=run.id)
    for number, score in ((1, 0.5), (2, 0.4)):
        parameters = {"candidate": f"ridge-{number}", "l2": 1.0}
        trial = Trial(
            number, parameters, TrialStatus.SUCCEEDED, score, -score, (score,), 1.5, at_s=2.0
        )
        tenant.runs.kept_trials.add(run.id, trial)
    told = ask("viewer").get(place).json()
    assert (told["task"], told["metric"], told["higher_is_better"]) == ("binary", "log-loss", False)
    assert [(each["name"], each["score"]) for each in told["items"]] == [
        ("ridge-2", 0.4),
        ("ridge-1", 0.5),
    ]
    assert told["items"][0]["parameters"] == {"l2": 1.0}
    assert told["items"][0]["at_s"] == 2.0


def test_a_waiting_job_is_cancelled_and_what_has_ended_is_not(
    start, ask: Ask, claim: Callable[[], Job], end: Callable[..., None]
) -> None:
    editor = ask("editor")
    waiting = start()["id"]
    assert editor.post(f"{API}/training/jobs/{waiting}/cancel").json()["state"] == "cancelled"
    ended = start()["id"]
    end(claim().fence)
    response = editor.post(f"{API}/jobs/{ended}/cancel")
    assert (response.status_code, response.json()["code"]) == (409, "conflict")


def test_a_failed_job_is_done_again_as_a_new_one(
    start, ask: Ask, claim: Callable[[], Job], end: Callable[..., None]
) -> None:
    failed = start()["id"]
    end(claim().fence)
    told = ask("viewer").get(f"{API}/jobs/{failed}").json()
    assert (told["problem"], told["reason"]) == ("too-few-rows", "It did not work.")
    assert told["usage"] == {"cpu_s": 1.5, "peak_bytes": 7 * MB}
    again = ask("editor").post(f"{API}/jobs/{failed}/retry", json={})
    assert again.status_code == 202
    assert (again.json()["retry_of"], again.json()["state"]) == (failed, "queued")
    assert again.json()["payload"] == told["payload"]


def test_what_had_too_little_memory_is_not_done_again_unchanged(
    start, ask: Ask, claim: Callable[[], Job], end: Callable[..., None]
) -> None:
    failed = start(limits={"memory_mb": 100})["id"]
    end(claim().fence, Problem.MEMORY)
    place, editor = f"{API}/jobs/{failed}/retry", ask("editor")
    refused = editor.post(place, json={})
    assert refused.status_code == 409
    assert "Send limits with more memory_mb (--memory-mb)." in refused.text
    assert editor.post(place, json={"limits": {"memory_mb": 100}}).status_code == 409
    assert editor.post(place, json={"limits": {"memory_mb": 200}}).status_code == 202


def test_a_job_that_runs_is_not_done_again(start, ask: Ask, claim: Callable[[], Job]) -> None:
    id_ = start()["id"]
    claim()
    assert ask("editor").post(f"{API}/jobs/{id_}/retry", json={}).status_code == 409


def _say(project: Project, job: Job, *words: str) -> None:
    lines = [Line(EventKind.LOG, project.jobs.now(), each) for each in words]
    project.claims.tell(job.fence, Standing("Fitting", 1, 2), lines=lines, run_id="run-1")


def test_the_log_is_read_in_parts(
    project: Project, start, ask: Ask, claim: Callable[[], Job]
) -> None:
    id_ = start()["id"]
    _say(project, claim(), "one", "two")
    read = lambda **query: ask("viewer").get(f"{API}/jobs/{id_}/logs", params=query).json()  # noqa: E731
    whole = read()
    assert [line["number"] for line in whole["items"]] == [1, 2, 3, 4]
    assert whole["next_cursor"] is None
    part = read(limit=2)
    assert part["next_cursor"] == 2
    assert [line["words"] for line in read(cursor=2)["items"]] == ["one", "two"]


def test_a_stream_tells_lines_and_progress_and_when_nothing_more_comes(
    project: Project, start, ask: Ask, claim: Callable[[], Job], end: Callable[..., None]
) -> None:
    id_ = start()["id"]
    job = claim()
    _say(project, job, "one", "two\r\nevent: end")
    end(job.fence)
    response = ask("viewer").get(f"{API}/jobs/{id_}/stream")
    assert response.headers["content-type"].startswith("text/event-stream")
    events = _events(response.text)
    assert [event["id"] for event in events if event["event"] == "line"] == list("12345")
    assert [event["event"] for event in events][-2:] == ["progress", "end"]
    last = json.loads(events[-1]["data"])
    assert (last["state"], last["progress"]["stage"]) == ("failed", "Fitting")


def test_a_stream_goes_on_where_it_was_cut(
    project: Project, start, ask: Ask, claim: Callable[[], Job], end: Callable[..., None]
) -> None:
    id_ = start()["id"]
    job = claim()
    _say(project, job, "one", "two")
    end(job.fence)
    client = ask("viewer")
    place = f"{API}/jobs/{id_}/stream"
    events = _events(client.get(place, headers={"last-event-id": "3"}).text)
    assert [event["id"] for event in events if event["event"] == "line"] == ["4", "5"]
    assert client.get(place, headers={"last-event-id": "5"}).status_code == 204


def test_nothing_of_a_job_is_told_to_another_tenant(start, ask: Ask) -> None:
    told = start()
    stranger, id_ = ask("stranger"), told["id"]
    for path in (f"/jobs/{id_}", f"/training/jobs/{id_}", f"/jobs/{id_}/logs"):
        assert stranger.get(API + path).status_code == 404
    assert stranger.get(f"{API}/jobs/{id_}/stream").status_code == 404
    assert stranger.get(f"{API}/jobs/{id_}/leaderboard").status_code == 404
    for verb in ("cancel", "finish", "retry"):
        assert stranger.post(f"{API}/jobs/{id_}/{verb}", json={}).status_code == 404
    assert stranger.post(f"{API}/training/jobs/{id_}/cancel").status_code == 404
    assert stranger.get(f"{API}/jobs").json()["items"] == []
    assert ask("viewer").get(f"{API}/jobs/{id_}").json()["state"] == "queued"
