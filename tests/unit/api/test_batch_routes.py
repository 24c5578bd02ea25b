"""Batch predictions over HTTP: asked for, handed out in ranges, deleted, and nobody else's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from modelyard.bootstrap import Project
from modelyard.domain.audits import AuditQuery
from modelyard.domain.batches import AnswerForm
from modelyard.domain.errors import ClaimLost
from modelyard.domain.identities import Caller, Role
from modelyard.domain.jobs import Fence, WorkerSeen
from modelyard.domain.runs import Model
from modelyard.domain.tasks import Task
from modelyard.services.uploads import UploadRequest

Ask = Callable[..., TestClient]

PATH = "/api/v1/ml/batch-predict"
TABLE = b"x,y\n1,2\n"
ANSWERS = b"prediction\nyes\nno\n"


@pytest.fixture
def asked(
    project: Project, register: Callable[..., Model], ask: Ask
) -> Callable[..., dict[str, Any]]:
    """Return what asks for a batch prediction over HTTP, and returns the answer."""
    register("given")
    register("other")
    upload = UploadRequest(
        name="rows", filename="rows.csv", size_bytes=len(TABLE), created_by="user:e"
    )
    project.of("acme").uploads.take(upload, [TABLE])

    def ask_for(**body: Any) -> dict[str, Any]:
        answer = ask("editor").post(PATH, json={"model": "given", "dataset": "rows"} | body)
        assert answer.status_code == 202, answer.text
        told: dict[str, Any] = answer.json()
        assert answer.headers["location"] == f"{PATH}/{told['id']}"
        return told

    return ask_for


@pytest.fixture
def claim(project: Project) -> Callable[[], Fence]:
    """Return what takes the next job as a worker would."""

    def claim_it() -> Fence:
        claims, at = project.claims, project.jobs.now()
        if not claims.workers():
            claims.enlist(WorkerSeen("worker", "its process", 0, 1, at, at))
        job = claims.claim("worker", at=at)
        assert job is not None
        return job.fence

    return claim_it


@pytest.fixture
def done(
    project: Project, asked: Callable[..., dict[str, Any]], claim: Callable[[], Fence]
) -> Callable[..., str]:
    """Return what has a batch prediction done as a worker would, and returns its id."""

    def do(**body: Any) -> str:
        asked(**body)
        fence = claim()
        _publish(project, fence)
        return fence.job_id

    return do


def _publish(project: Project, fence: Fence) -> None:
    tenant = project.of("acme")
    draft = tenant.folder / "draft.csv"
    draft.write_bytes(ANSWERS)
    told = {"n_rows": 2, "n_failed": 0}
    tenant.registry.batches.publish(fence, draft, form=AnswerForm.CSV, told=told)


def _files(project: Project) -> list[Path]:
    return list((project.of("acme").folder / "answers").glob("*"))


def test_what_was_asked_for_stands_in_the_job_with_fixed_versions(asked, ask: Ask) -> None:
    told = asked(keep=["x"], probabilities=True, priority=3)
    assert (told["kind"], told["state"], told["priority"]) == ("batch_prediction", "queued", 3)
    assert (told["payload"]["model"], told["dataset"]) == ("given@1", "rows@1")
    assert told["payload"]["options"]["keep"] == ["x"]
    assert ask("viewer").get(f"{PATH}/{told['id']}").json() == told


def test_the_same_request_again_asks_for_nothing_more(asked, ask: Ask) -> None:
    asked()
    body, headers = {"model": "given", "dataset": "rows"}, {"idempotency-key": "once"}
    first, again = (ask("editor").post(PATH, json=body, headers=headers).json() for _ in "ab")
    assert first["id"] == again["id"]


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"dataset": "absent"}, 404, "absent"),
        ({"model": "absent"}, 404, "absent"),
        ({"interval": 90.0}, 422, "interval"),
        ({"sets": 100.0}, 422, "sets"),
        ({"format": "xlsx"}, 422, "format"),
        ({"keep": ["x", "x"]}, 422, "twice"),
        ({"path": "/etc/passwd"}, 422, "path"),
    ],
)
def test_what_cannot_be_answered_is_refused_at_once(
    asked, ask: Ask, change: dict[str, Any], status: int, told: str
) -> None:
    answer = ask("editor").post(PATH, json={"model": "given", "dataset": "rows"} | change)
    assert (answer.status_code, told in answer.text) == (status, True)


def test_a_model_of_numbers_is_asked_for_no_probabilities(
    asked, register: Callable[..., Model], ask: Ask
) -> None:
    register("price", task=Task.REGRESSION)
    body = {"model": "price", "dataset": "rows", "probabilities": True}
    answer = ask("editor").post(PATH, json=body)
    assert (answer.status_code, "probabilities" in answer.text) == (422, True)


def test_the_file_is_handed_out_whole_and_in_ranges(done, ask: Ask) -> None:
    id_ = done()
    whole = ask("viewer").get(f"{PATH}/{id_}/answers")
    assert (whole.content, whole.headers["content-type"]) == (ANSWERS, "text/csv; charset=utf-8")
    assert whole.headers["content-disposition"] == f'attachment; filename="given-1-{id_}.csv"'
    part = ask("viewer").get(f"{PATH}/{id_}/answers", headers={"range": "bytes=11-13"})
    assert (part.status_code, part.content) == (206, b"yes")
    assert part.headers["etag"] == whole.headers["etag"]


def test_a_file_that_is_not_there_yet_is_a_conflict(asked, ask: Ask) -> None:
    assert ask("viewer").get(f"{PATH}/{asked()['id']}/answers").status_code == 409


def test_a_deleted_file_is_gone_and_its_facts_stay(project: Project, done, ask: Ask) -> None:
    id_ = done()
    assert ask("viewer").delete(f"{PATH}/{id_}/answers").status_code == 403
    assert ask("editor").delete(f"{PATH}/{id_}/answers").status_code == 204
    assert _files(project) == []
    gone = ask("viewer").get(f"{PATH}/{id_}/answers")
    assert (gone.status_code, "was deleted" in gone.text) == (404, True)
    result = ask("viewer").get(f"{PATH}/{id_}").json()["result"]
    assert result == {"n_rows": 2, "n_failed": 0, "file": None}
    deeds = [deed.action for deed in project.of("acme").audit.page(AuditQuery()).items]
    assert deeds[:2] == ["batch-prediction.delete", "batch-prediction.start"]


def test_a_file_that_was_cut_is_told_and_not_handed_out(project: Project, done, ask: Ask) -> None:
    id_ = done()
    _files(project)[0].write_bytes(ANSWERS[:5])
    assert ask("viewer").get(f"{PATH}/{id_}/answers").status_code == 500


def test_whoever_is_not_given_the_model_finds_no_prediction_of_it(done, ask: Ask) -> None:
    given, other = done(), done(model="other")
    for path in ("", "/answers"):
        assert ask("bounded").get(f"{PATH}/{given}{path}").status_code == 200
        assert ask("bounded").get(f"{PATH}/{other}{path}").status_code == 404
        assert ask("stranger").get(f"{PATH}/{given}{path}").status_code == 404


def test_a_job_of_another_kind_is_no_batch_prediction(project: Project, asked, ask: Ask) -> None:
    asked()
    body = {"model": "given", "dataset": "rows"}
    other = ask("editor").post("/api/v1/ml/models/given/evaluate", json={"dataset": "rows"})
    assert other.status_code == 202, (other.text, body)
    assert ask("viewer").get(f"{PATH}/{other.json()['id']}").status_code == 404


def test_a_cancelled_job_publishes_no_file(project: Project, asked, claim, ask: Ask) -> None:
    told = asked()
    fence = claim()
    caller = Caller("acme", "user:e", Role.EDITOR)
    project.of("acme").jobs.cancel(told["id"], caller=caller)
    with pytest.raises(ClaimLost):
        _publish(project, fence)
    assert _files(project) == []


def test_files_of_claims_that_came_to_nothing_are_swept_and_the_result_is_not(
    project: Project, done
) -> None:
    id_ = done()
    (kept,) = _files(project)
    left = kept.with_name(f"{id_}.0.csv")
    left.write_bytes(b"half")
    project.of("acme").registry.batches.sweep(id_)
    assert _files(project) == [kept]


def test_the_file_of_the_claim_that_runs_is_not_swept(
    project: Project, asked, claim: Callable[[], Fence]
) -> None:
    asked()
    fence, files = claim(), project.of("acme").registry.batches.files
    draft = project.of("acme").folder / "draft.csv"
    draft.write_bytes(ANSWERS)
    record = files.place(draft, fence, form=AnswerForm.CSV)
    project.of("acme").registry.batches.sweep(fence.job_id)
    assert [path.name for path in _files(project)] == [record.name]
