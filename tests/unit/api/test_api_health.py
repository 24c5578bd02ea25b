"""Health tells what the platform stands on, and fails where nothing can be answered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from starlette.testclient import TestClient

from modelyard.api.app import make_app
from modelyard.bootstrap import Project
from modelyard.domain.jobs import WorkerSeen

Ask = Callable[..., TestClient]


def test_without_a_worker_requests_are_still_answered(ask: Ask) -> None:
    answer = ask(None).get("/health")
    told = answer.json()
    assert (answer.status_code, told["is_healthy"]) == (200, True)
    assert told["parts"]["database"]["is_sound"]
    assert (told["parts"]["workers"]["is_sound"], told["parts"]["workers"]["is_vital"]) == (
        False,
        False,
    )


def test_a_worker_counts_while_it_was_seen_lately(ask: Ask, project: Project) -> None:
    now = project.jobs.now()
    seen = WorkerSeen(id="w1", process="p", beats=1, n_places=1, started_at=now, seen_at=now)
    long_ago = replace(seen, id="w2", seen_at=now - timedelta(minutes=5))
    for worker in (seen, long_ago):
        project.claims.enlist(worker)
    told = ask(None).get("/health").json()["parts"]["workers"]
    assert (told["is_sound"], told["detail"]) == (True, "1 seen within 60 s.")


def test_a_database_that_does_not_answer_is_a_fault_and_names_nothing(project: Project) -> None:
    folder = project.settings.home / "elsewhere"
    folder.mkdir(parents=True)
    settings = replace(project.settings, database_url=f"sqlite:///{folder}")
    answer = TestClient(make_app(Project(settings))).get("/health")
    assert (answer.status_code, answer.json()["is_healthy"]) == (503, False)
    assert str(folder) not in answer.text
