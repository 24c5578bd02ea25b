"""Real workers do real jobs; whatever is killed, paused or too large, every job ends truthfully."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from platform_jobs import (
    PATIENCE_S,
    ask,
    children,
    end,
    has_ended,
    is_stopped,
    leftovers,
    start_worker,
    states,
    upload,
    wait_for,
)

from modelyard.bootstrap import Project, open_project
from modelyard.domain.automl import COMBINED_BY, AutoMLConfig
from modelyard.domain.batches import BatchOptions
from modelyard.domain.configs import SearchConfig, TrainingConfig
from modelyard.domain.errors import StoreUnavailable
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import Job, JobKind, JobState, Limits, Quota
from modelyard.domain.runs import RunStatus
from modelyard.domain.splits import Shares
from modelyard.kit.failpoints import VARIABLE
from modelyard.store.claims import Claims
from modelyard.worker.starting import surroundings_of, worker_of
from modelyard.worker.working import Worker
from projects import work_off
from real_postgresql import RealPostgresql

pytestmark = pytest.mark.processes

MB = 1_000_000
SUCCEEDED, FAILED = JobState.SUCCEEDED, JobState.FAILED


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.extras)])
def project(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Yield a project over a database of each kind, with a small dataset."""
    server: RealPostgresql | None = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        monkeypatch.setenv("MODELYARD_DATABASE_URL", server.make_database())
    opened = open_project()
    upload(opened)
    yield opened
    opened.database.close()
    if server is not None:
        server.drop_database(opened.settings.database_url)


@pytest.fixture
def work(project: Project) -> Callable[..., None]:
    """Return what does all jobs that wait, in this process."""

    def work_off(n_places: int = 1) -> None:
        worker = worker_of(project, n_places=n_places)
        worker.work(is_ending=lambda: False, until_idle=True)

    return work_off


@pytest.fixture
def armed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], str]:
    """Return what arms a failpoint for one process, whichever comes there first."""

    def arm(point: str) -> str:
        return f"{point}:{tmp_path / 'fired'}"

    return arm


def _models(project: Project) -> int:
    return len(project.models.models.find())


def test_a_job_leaves_a_model_a_log_and_what_it_used_and_no_other_file(
    project: Project, work: Callable[..., None]
) -> None:
    job = ask(project)
    work()
    kept = project.jobs.get(job.id)
    assert kept.state is SUCCEEDED
    assert (kept.result["model"], kept.result["run"]) == ("prices@1", kept.run_id)
    assert kept.result["metrics"][kept.result["metric"]] > 0
    assert project.runs.get(kept.run_id).status is RunStatus.SUCCEEDED
    assert kept.usage.cpu_s > 0
    assert kept.usage.peak_bytes > 50 * MB
    words = [event.words for event in project.jobs.events(job.id)]
    assert words[0] == "queued by local"
    assert {"Reading the data", "Proving and packaging the model", "succeeded"} <= set(words)
    assert leftovers(project) == []


def test_a_job_that_is_too_large_or_too_slow_or_crashes_ends_alone(
    project: Project,
    work: Callable[..., None],
    armed: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    too_large = ask(project, limits=Limits(memory_bytes=20 * MB))
    too_slow = ask(project, limits=Limits(wall_s=0.1))
    work()
    monkeypatch.setenv(VARIABLE, armed("run.added:crash"))
    crashing = ask(project)
    sound = ask(project)
    work()
    assert states(project, too_large, too_slow, crashing, sound) == [FAILED] * 3 + [SUCCEEDED]
    told = {job.id: project.jobs.get(job.id) for job in (too_large, too_slow, crashing)}
    assert [kept.problem for kept in told.values()] == ["memory", "wall-time", "crashed"]
    assert [kept.attempts for kept in told.values()] == [1, 1, 1]
    assert "had 20 MB" in told[too_large.id].reason
    log = "\n".join(event.words for event in project.jobs.events(crashing.id))
    assert "Segmentation fault" in log
    assert leftovers(project) == []


@pytest.mark.parametrize(
    "point",
    [
        "claim.after-commit",
        pytest.param("claim.before-commit", marks=pytest.mark.slow),
        "child.started",
        pytest.param("run.added", marks=pytest.mark.slow),
        pytest.param("package.placed", marks=pytest.mark.slow),
        "publish.before-commit",
        pytest.param("publish.after-commit", marks=pytest.mark.slow),
        "child.ended",
        pytest.param("end.before-commit", marks=pytest.mark.slow),
    ],
)
def test_whatever_is_killed_where_the_job_is_done_once(
    project: Project, work: Callable[..., None], armed: Callable[[str], str], point: str
) -> None:
    job = ask(project)
    killed = start_worker("--until-idle", failpoint=armed(f"{point}:kill"))
    killed.wait(PATIENCE_S)
    work()
    kept = project.jobs.get(job.id)
    assert kept.state is SUCCEEDED
    assert kept.is_settled
    assert _models(project) == 1
    assert children() == []
    assert leftovers(project) == []
    running = [run for run in project.runs.runs.find() if run.status is RunStatus.RUNNING]
    assert running == []


def test_a_worker_that_was_paused_past_its_lease_publishes_nothing(
    project: Project, armed: Callable[[str], str]
) -> None:
    job = ask(project)
    paused = start_worker(failpoint=armed("package.placed:stop"))
    try:
        wait_for(lambda: any(is_stopped(pid) for pid in children()))
        (child,) = children()
        paused.send_signal(signal.SIGSTOP)
        other = worker_of(project, n_places=1, lease_s=0.5)
        other.work(is_ending=lambda: has_ended(project, job))
        first = project.jobs.get(job.id)
        assert (first.state, first.attempts, first.token) == (SUCCEEDED, 2, 2)
        os.kill(child, signal.SIGCONT)
        paused.send_signal(signal.SIGCONT)
        wait_for(lambda: children() == [])
        assert _models(project) == 1
        assert project.jobs.get(job.id).result == first.result
        wait_for(lambda: leftovers(project) == [])
    finally:
        end(paused)


def test_a_cancelled_job_leaves_no_process_and_no_file(
    project: Project, armed: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # It does not answer: stopped, it cannot hear that it is asked to end.
    monkeypatch.setenv(VARIABLE, armed("package.placed:stop"))
    job = ask(project)
    asked: list[Job] = []

    def cancel_when_stopped() -> bool:
        if not asked and any(is_stopped(pid) for pid in children()):
            asked.append(project.jobs.cancel(job.id, caller=LOCAL_CALLER))
        return False

    worker_of(project, n_places=1).work(is_ending=cancel_when_stopped, until_idle=True)
    kept = project.jobs.get(job.id)
    assert (kept.state, kept.problem) == (JobState.CANCELLED, "cancelled")
    assert project.runs.get(kept.run_id).status is RunStatus.CANCELLED
    assert _models(project) == 0
    assert children() == []
    assert leftovers(project) == []


def test_a_worker_that_is_told_to_end_gives_its_job_back(
    project: Project, work: Callable[..., None]
) -> None:
    job = ask(project)
    told = start_worker()
    try:
        wait_for(lambda: states(project, job) == [JobState.RUNNING])
        told.send_signal(signal.SIGTERM)
        assert told.wait(PATIENCE_S) == 0
        kept = project.jobs.get(job.id)
        assert (kept.state, kept.attempts, children()) == (JobState.QUEUED, 0, [])
        assert project.claims.workers() == ()
    finally:
        end(told)
    work()
    assert has_ended(project, job)


def test_a_job_that_kills_its_worker_is_not_tried_for_ever(project: Project) -> None:
    job = ask(project)
    for _ in range(4):
        start_worker("--until-idle", failpoint="child.started:kill").wait(PATIENCE_S)
    work_off(project)
    kept = project.jobs.get(job.id)
    assert (kept.state, kept.problem, kept.attempts) == (FAILED, "worker-lost", 3)
    assert leftovers(project) == []


def test_jobs_of_several_tenants_are_done_in_their_own_folders(
    project: Project, work: Callable[..., None]
) -> None:
    upload(project, tenant="acme")
    ours, theirs = ask(project), ask(project, tenant="acme")
    work(n_places=2)
    assert states(project, ours, theirs) == [SUCCEEDED, SUCCEEDED]
    assert _models(project) == _models(project.of("acme")) == 1
    assert (project.settings.home / "tenants" / "acme" / "models").is_dir()


class _Forgetful(Claims):
    """Claims a job, and once loses the answer on its way."""

    has_forgotten = False

    def claim(self, worker: str, *, at: datetime) -> Job | None:
        job = super().claim(worker, at=at)
        if not self.has_forgotten:
            self.has_forgotten = True
            raise StoreUnavailable("It was cut.", fix="Ask again.", retry_after_s=1)
        return job


def test_a_job_whose_claim_was_lost_on_its_way_is_done_all_the_same(project: Project) -> None:
    asked = {"model": "absent", "dataset": "prices", "options": BatchOptions().to_dict()}
    job = project.jobs.submit(JobKind.BATCH_PREDICTION, asked, created_by="local")
    claims = _Forgetful(project.database, quota=Quota())
    surroundings = replace(surroundings_of(project, n_places=1), claims=claims)
    Worker(surroundings).work(is_ending=lambda: has_ended(project, job))
    kept = project.jobs.get(job.id)
    # There is no such model, which a process of its own has found out.
    assert (kept.state, kept.problem, kept.attempts) == (FAILED, "not-found", 2)


@pytest.mark.slow
def test_automl_goes_on_from_what_a_killed_attempt_had_finished(project: Project) -> None:
    budget = AutoMLConfig(time_limit_s=None, n_trials=4, algorithms=("logistic-regression",))
    shares = Shares(train=0.9, validation=0.0, test=0.1)
    config = TrainingConfig(target="y", algorithm=COMBINED_BY, automl=budget, shares=shares)
    job = project.jobs.train("prices", config, caller=LOCAL_CALLER)
    finished = project.jobs.folder_of(job.id) / "unfinished"
    killed: list[int] = []

    def kill_after_the_first_candidate() -> bool:
        if not killed and any(finished.glob("*/[!.]*/entry.json")):
            killed.extend(children())
            os.kill(killed[0], signal.SIGKILL)
        return False

    worker = worker_of(project, n_places=1)
    worker.work(is_ending=kill_after_the_first_candidate, until_idle=True)
    kept = project.jobs.get(job.id)
    assert (kept.state, kept.attempts, len(killed)) == (SUCCEEDED, 2, 1)
    words = [event.words for event in project.jobs.events(job.id)]
    assert any(each.startswith("going on from") for each in words)
    assert _models(project) == 1
    assert leftovers(project) == []


@pytest.mark.slow
@pytest.mark.parametrize("way", ["automl", "search"])
def test_a_search_ends_with_its_best_so_far_when_somebody_asks(project: Project, way: str) -> None:
    # Without the wish it would go on for longer than any test may take.
    config = TrainingConfig(
        target="y",
        algorithm="logistic-regression",
        search=SearchConfig("random", n_trials=10_000),
    )
    if way == "automl":
        budget = AutoMLConfig(time_limit_s=3600.0, algorithms=("logistic-regression",))
        shares = Shares(train=0.9, validation=0.0, test=0.1)
        config = TrainingConfig(target="y", algorithm=COMBINED_BY, automl=budget, shares=shares)
    job = project.jobs.train("prices", config, caller=LOCAL_CALLER)
    project.jobs.wrap_up(job.id, caller=LOCAL_CALLER)
    work_off(project)
    kept = project.jobs.get(job.id)
    assert (kept.state, kept.attempts, kept.problem) == (SUCCEEDED, 1, "")
    run = project.runs.get(kept.run_id)
    assert (run.status, run.model) == (RunStatus.SUCCEEDED, "prices@1")
    finished = [each for each in project.runs.trials(run.id) if each.score is not None]
    assert finished
    assert all(each.at_s is not None for each in finished)
    assert leftovers(project) == []
