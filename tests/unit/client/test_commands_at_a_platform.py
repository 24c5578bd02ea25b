"""Commands do the same on this machine and on a platform that is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from modelyard.bootstrap import Project
from modelyard.cli._group import run
from modelyard.domain.jobs import JobKind, Limits


@pytest.fixture(params=["here", "by option", "by setting"])
def tell(
    request: pytest.FixtureRequest,
    url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., tuple[int, Any]]:
    """Return a function that runs a command about jobs, here or at a platform."""
    if request.param == "by setting":
        monkeypatch.setenv("MODELYARD_URL", url)
    named = ["--url", url] if request.param == "by option" else []

    def tell_it(*arguments: str) -> tuple[int, Any]:
        code = run(["jobs", *arguments, *named, "--json"])
        printed = json.loads(capsys.readouterr().out)
        return code, printed.get("error", printed) if isinstance(printed, dict) else printed

    return tell_it


@pytest.fixture
def job(project: Project) -> str:
    return project.jobs.submit(JobKind.EVALUATION, {"number": 1}, created_by="local").id


def test_jobs_are_listed_and_shown(tell: Any, job: str) -> None:
    assert [each["id"] for each in tell("list", "--state", "queued")[1]] == [job]
    assert tell("list", "--kind", "training") == (0, [])
    assert tell("show", job)[1]["payload"] == {"number": 1}


def test_the_quota_is_told_with_what_is_used_of_it(tell: Any, job: str) -> None:
    told = {"most_running": 8, "most_queued": 1000, "n_running": 0, "n_queued": 1}
    assert tell("quota") == (0, told)


def test_a_job_is_cancelled_tried_again_and_its_log_read(tell: Any, job: str) -> None:
    assert tell("cancel", job)[1]["state"] == "cancelled"
    again = tell("retry", job)[1]
    assert (again["retry_of"], again["state"]) == (job, "queued")
    lines = tell("log", job)[1]
    assert lines == tell("log", job, "--follow")[1] != []


def test_a_job_is_tried_again_with_other_limits(tell: Any, project: Project, job: str) -> None:
    tell("cancel", job)
    again = tell("retry", job, "--memory-mb", "900", "--wall-s", "60.5")[1]
    limits = project.jobs.get(again["id"]).limits
    assert limits == Limits(memory_bytes=900_000_000, wall_s=60.5)


def test_a_search_is_asked_to_end_with_its_best_and_another_job_is_not(
    tell: Any, project: Project, job: str
) -> None:
    searching = {"dataset": "iris@1", "config": {"target": "y", "search": {"type": "random"}}}
    search = project.jobs.submit(JobKind.TRAINING, searching, created_by="local").id
    code, told = tell("finish", search)
    assert (code, told["is_finishing"], told["is_cancelling"]) == (0, True, False)
    assert tell("finish", job)[1]["code"] == "conflict"


def test_what_is_not_there_ends_with_the_same_code(tell: Any) -> None:
    code, told = tell("show", "nothing")
    assert (code, told["code"]) == (5, "not-found")


def test_jobs_are_shown_to_people(url: str, job: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jobs", "list", "--url", url]) == 0
    assert job in capsys.readouterr().out
    assert run(["jobs", "show", job, "--url", url]) == 0
    assert "evaluation" in capsys.readouterr().out


def test_where_no_platform_is_the_command_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jobs", "list", "--url", "nowhere"]) == 4
    assert "http://" in capsys.readouterr().err
