"""Jobs are kept, dealt out fairly, and published by whoever has the latest claim alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modelyard.domain.errors import ClaimLost, Conflict, InvalidValue, NotFound, QuotaExceeded
from modelyard.domain.jobs import (
    GIVEN_BACK,
    MOST_ATTEMPTS,
    Ending,
    EventKind,
    Job,
    JobKind,
    JobQuery,
    JobState,
    Limits,
    Line,
    Problem,
    Quota,
    Standing,
    Usage,
    Wish,
    WorkerSeen,
)
from modelyard.domain.runs import Model, Run, RunStatus
from modelyard.store.claims import Claims
from modelyard.store.databases import Database
from modelyard.store.jobs import Jobs
from modelyard.store.models import Models
from modelyard.store.runs import Runs

AT = datetime(2026, 1, 1, tzinfo=UTC)
SEARCH = {"dataset": "iris@1", "config": {"target": "y", "search": {"search_type": "random"}}}
FAILED = Ending(JobState.FAILED, "data", "it was empty")
KILLED = Ending(JobState.QUEUED, Problem.KILLED, "its process was killed")


@pytest.fixture
def claims(database: Database) -> Claims:
    return Claims(database, quota=Quota(most_running=2))


@pytest.fixture
def enlist(claims: Claims) -> Callable[..., str]:
    """Return what lets a worker be known, by its name."""

    def enlist_it(name: str = "worker") -> str:
        claims.enlist(WorkerSeen(name, f"process of {name}", 0, 2, AT, AT))
        return name

    return enlist_it


@pytest.fixture
def jobs_of(database: Database) -> Callable[[str], Jobs]:
    return lambda tenant: Jobs(database.of(tenant), quota=Quota(most_queued=30))


@pytest.fixture
def queue(jobs_of: Callable[[str], Jobs]) -> Callable[..., Job]:
    """Return what adds a job, by its tenant and id."""

    def queue_it(id_: str = "1", tenant: str = "local", **changes: Any) -> Job:
        job = Job(
            tenant=tenant,
            id=id_,
            kind=JobKind.TRAINING,
            state=JobState.QUEUED,
            payload={"dataset": "iris@1"},
            created_by="user:1",
            created_at=AT,
        )
        job = replace(job, **changes)
        jobs_of(tenant).add(job)
        return job

    return queue_it


def _take(claims: Claims, worker: str = "worker") -> Job:
    job = claims.claim(worker, at=AT)
    assert job is not None
    return job


def test_what_was_added_is_there_as_it_was(queue, jobs_of) -> None:
    limits = Limits(memory_bytes=10**9, cpu_s=1.5, wall_s=60.0, n_threads=2)
    job = queue(priority=3, limits=limits, retry_of="0", payload={"a": [1, None, "é"]})
    assert jobs_of("local").get("1") == job


def test_a_tenant_finds_no_job_of_another(queue, jobs_of) -> None:
    queue()
    others = jobs_of("other")
    with pytest.raises(NotFound):
        others.get("1")
    with pytest.raises(NotFound):
        others.events("1", after=0, limit=10)
    with pytest.raises(NotFound):
        others.cancel("1", by="user:2", at=AT)
    assert others.find(JobQuery()).items == ()


def test_two_tenants_may_have_a_job_of_the_same_id(queue, claims, enlist, jobs_of) -> None:
    worker = enlist()
    queue("1", "a")
    queue("1", "b")
    taken = _take(claims, worker)
    claims.end(taken.fence, FAILED, usage=Usage(), at=AT)
    states = {name: jobs_of(name).get("1").state for name in ("a", "b")}
    assert states == {"a": JobState.FAILED, "b": JobState.QUEUED}


def test_a_list_comes_in_pages_newest_first_with_every_job_once(queue, jobs_of) -> None:
    for number in range(7):
        queue(f"{number}")
    seen, cursor = [], None
    while True:
        page = jobs_of("local").find(JobQuery(limit=3, cursor=cursor))
        seen += [job.id for job in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == list("6543210")


def test_a_list_is_filtered_by_kind_state_and_who_asked(queue, jobs_of) -> None:
    queue("1")
    queue("2", kind=JobKind.INGEST)
    queue("3", created_by="key:9")
    jobs_of("local").cancel("1", by="user:1", at=AT)

    def found(**by: Any) -> list[str]:
        return [job.id for job in jobs_of("local").find(JobQuery(**by)).items]

    assert found(kind=JobKind.INGEST) == ["2"]
    assert found(state=JobState.CANCELLED) == ["1"]
    assert found(created_by="key:9") == ["3"]
    assert found(kind=JobKind.TRAINING, created_by="user:1", state=JobState.QUEUED) == []


def test_the_cursor_of_another_tenant_is_refused(queue, jobs_of) -> None:
    for number in range(3):
        queue(f"{number}", "a")
        queue(f"{number}", "b")
    cursor = jobs_of("a").find(JobQuery(limit=1)).next_cursor
    with pytest.raises(InvalidValue):
        jobs_of("b").find(JobQuery(limit=1, cursor=cursor))


def test_more_than_the_quota_do_not_wait(queue, jobs_of) -> None:
    jobs = jobs_of("local")
    jobs.set_quota(Quota(most_running=1, most_queued=2))
    queue("1")
    queue("2")
    with pytest.raises(QuotaExceeded, match="2 jobs wait already"):
        queue("3")
    queue("3", "another")
    assert jobs.quota() == Quota(1, 2)


def test_the_use_of_a_quota_counts_what_runs_and_waits_of_the_tenant_alone(
    queue, jobs_of, claims, enlist
) -> None:
    worker = enlist()
    for id_ in ("1", "2", "3"):
        queue(id_)
    assert claims.claim(worker, at=AT) is not None
    queue("4", "another")
    use = jobs_of("local").quota_use()
    assert (use.n_running, use.n_queued, use.quota.most_queued) == (1, 2, 30)


def test_a_quota_below_one_is_refused(jobs_of) -> None:
    with pytest.raises(InvalidValue):
        jobs_of("local").set_quota(Quota(most_running=0))


def test_a_claimed_job_runs_by_its_worker_with_a_new_token(queue, claims, enlist) -> None:
    queue()
    job = _take(claims, enlist())
    assert (job.state, job.worker, job.token, job.attempts) == (JobState.RUNNING, "worker", 1, 1)
    assert claims.claim("worker", at=AT) is None


def test_a_worker_that_nobody_knows_gets_nothing(queue, claims) -> None:
    queue()
    assert claims.claim("stranger", at=AT) is None


def test_the_higher_priority_goes_first_then_the_older_job(queue, claims, enlist) -> None:
    worker = enlist()
    claims_of_many = Claims(claims._database, quota=Quota())
    for id_, priority in (("1", 0), ("2", 5), ("3", 5), ("4", -1)):
        queue(id_, priority=priority)
    assert [_take(claims_of_many, worker).id for _ in range(4)] == ["2", "3", "1", "4"]


def test_no_tenant_gets_a_second_place_while_another_waits(queue, claims, enlist) -> None:
    worker = enlist()
    for number in range(4):
        queue(f"{number}", "a", priority=100)
    queue("1", "b")
    queue("1", "c")
    served = [_take(claims, worker).tenant for _ in range(4)]
    assert sorted(served[:3]) == ["a", "b", "c"]
    assert served[3] == "a"


def test_of_equal_tenants_the_one_not_served_for_longest_goes_first(queue, claims, enlist) -> None:
    worker = enlist()
    for tenant in ("a", "b", "c"):
        for number in range(3):
            queue(f"{number}", tenant)
    served = []
    for _ in range(9):
        job = _take(claims, worker)
        served.append(job.tenant)
        claims.end(job.fence, FAILED, usage=Usage(), at=AT)
    assert served == ["a", "b", "c"] * 3


def test_a_tenant_does_not_run_more_than_its_quota(queue, claims, enlist) -> None:
    worker = enlist()
    for number in range(3):
        queue(f"{number}")
    _take(claims, worker)
    _take(claims, worker)
    assert claims.claim(worker, at=AT) is None


def test_races_for_jobs_give_each_to_one_worker(queue, claims, enlist, jobs_of) -> None:
    workers = [enlist(f"worker-{number}") for number in range(4)]
    racing = Claims(claims._database, quota=Quota(most_running=100))
    for number in range(20):
        queue(f"{number:02}")

    def race(worker: str) -> list[str]:
        taken = []
        while (job := racing.claim(worker, at=AT)) is not None:
            taken.append(job.id)
        return taken

    with ThreadPoolExecutor(4) as threads:
        taken = [id_ for found in threads.map(race, workers) for id_ in found]
    assert sorted(taken) == [f"{number:02}" for number in range(20)]


def test_what_a_job_says_is_kept_in_order_and_read_in_parts(queue, claims, enlist, jobs_of) -> None:
    queue()
    job = _take(claims, enlist())
    lines = [Line(EventKind.LOG, AT + timedelta(seconds=n), f"line {n}") for n in range(3)]
    standing = Standing("Fitting", 1, 3, "so far so good")
    assert claims.tell(job.fence, standing, lines=lines, run_id="run-1")
    kept = jobs_of("local").get("1")
    assert (kept.standing, kept.run_id) == (standing, "run-1")
    events = jobs_of("local").events("1", after=2, limit=2)
    assert [(event.number, event.words) for event in events] == [(3, "line 0"), (4, "line 1")]


def test_what_an_older_claim_says_is_not_written(queue, claims, enlist, jobs_of) -> None:
    queue()
    old = _take(claims, enlist("old"))
    claims.dismiss("old", at=AT)
    _take(claims, enlist("new"))
    assert not claims.tell(old.fence, Standing("late"), lines=[], run_id="")
    assert jobs_of("local").get("1").standing == Standing()


def test_a_waiting_job_is_cancelled_at_once_and_twice_is_once(queue, jobs_of) -> None:
    queue()
    first = jobs_of("local").cancel("1", by="user:1", at=AT)
    assert (first.state, first.problem) == (JobState.CANCELLED, "cancelled")
    assert jobs_of("local").cancel("1", by="user:2", at=AT) == first


def test_a_running_job_is_asked_to_end(queue, claims, enlist, jobs_of) -> None:
    queue()
    job = _take(claims, enlist())
    assert claims.held("worker") == {job.fence: Wish.NONE}
    assert jobs_of("local").cancel("1", by="user:1", at=AT).state is JobState.RUNNING
    assert claims.held("worker") == {job.fence: Wish.CANCEL}


def test_a_search_is_asked_once_to_end_with_the_best_so_far(queue, claims, enlist, jobs_of) -> None:
    queue(payload=SEARCH)
    job = _take(claims, enlist())
    first = jobs_of("local").wrap_up("1", by="user:1", at=AT)
    assert first.is_finishing
    assert claims.held("worker") == {job.fence: Wish.FINISH}
    assert jobs_of("local").wrap_up("1", by="user:2", at=AT) == first
    words = [event.words for event in jobs_of("local").events("1", after=0, limit=10)]
    assert words[-1] == "user:1 asks to end it with the best so far"
    assert sum("best so far" in each for each in words) == 1


def test_whoever_cancels_a_search_that_is_to_end_has_the_last_word(
    queue, claims, enlist, jobs_of
) -> None:
    queue(payload=SEARCH)
    job = _take(claims, enlist())
    jobs_of("local").wrap_up("1", by="user:1", at=AT)
    jobs_of("local").cancel("1", by="user:1", at=AT)
    assert claims.held("worker") == {job.fence: Wish.CANCEL}
    with pytest.raises(Conflict):
        jobs_of("local").wrap_up("1", by="user:1", at=AT)


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED])
def test_what_has_ended_has_no_best_so_far(queue, jobs_of, state: JobState) -> None:
    queue(payload=SEARCH, state=state)
    with pytest.raises(Conflict):
        jobs_of("local").wrap_up("1", by="user:1", at=AT)


def test_what_searches_for_nothing_has_no_best_so_far(queue, jobs_of) -> None:
    queue()
    with pytest.raises(Conflict, match="searches for nothing"):
        jobs_of("local").wrap_up("1", by="user:1", at=AT)
    assert not jobs_of("local").get("1").is_finishing


def test_nobody_ends_the_search_of_another_tenant(queue, jobs_of) -> None:
    queue(payload=SEARCH)
    with pytest.raises(NotFound):
        jobs_of("other").wrap_up("1", by="user:1", at=AT)


def test_a_job_that_is_to_be_cancelled_publishes_nothing(queue, claims, enlist, jobs_of) -> None:
    queue()
    job = _take(claims, enlist())
    jobs_of("local").cancel("1", by="user:1", at=AT)
    with pytest.raises(ClaimLost):
        jobs_of("local").finish(job.fence, result={}, at=AT)
    assert claims.end(job.fence, FAILED, usage=Usage(), at=AT) is JobState.CANCELLED


def test_what_has_ended_is_not_cancelled(queue, claims, enlist, jobs_of) -> None:
    queue()
    job = _take(claims, enlist())
    claims.end(job.fence, FAILED, usage=Usage(), at=AT)
    with pytest.raises(Conflict):
        jobs_of("local").cancel("1", by="user:1", at=AT)


def test_a_published_result_stands_whatever_its_worker_says_then(
    queue, claims, enlist, jobs_of
) -> None:
    queue()
    job = _take(claims, enlist())
    jobs_of("local").finish(job.fence, result={"n": 1}, at=AT)
    assert not jobs_of("local").get("1").is_settled
    assert claims.end(job.fence, KILLED, usage=Usage(2.5, 100), at=AT) is JobState.SUCCEEDED
    kept = jobs_of("local").get("1")
    assert (kept.state, kept.result, kept.usage) == (
        JobState.SUCCEEDED, {"n": 1}, Usage(2.5, 100),
    )  # fmt: skip
    assert kept.is_settled


def test_a_job_whose_process_is_killed_waits_again_three_times_in_all(
    queue, claims, enlist, jobs_of
) -> None:
    worker = enlist()
    queue()
    states = []
    for _ in range(MOST_ATTEMPTS):
        job = _take(claims, worker)
        states.append(claims.end(job.fence, KILLED, usage=Usage(1.0, 50), at=AT))
    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED]
    assert claims.claim(worker, at=AT) is None
    kept = jobs_of("local").get("1")
    assert kept.reason.startswith("3 attempts have ended alike")
    assert kept.usage == Usage(3.0, 50)


def test_an_attempt_that_is_given_back_does_not_count(queue, claims, enlist) -> None:
    worker = enlist()
    queue()
    for _ in range(MOST_ATTEMPTS + 1):
        job = _take(claims, worker)
        assert job.attempts == 1
        assert claims.end(job.fence, GIVEN_BACK, usage=Usage(), at=AT) is JobState.QUEUED


def test_the_jobs_of_a_lost_worker_wait_for_another(queue, claims, enlist, jobs_of) -> None:
    queue("1")
    queue("2")
    enlist("lost")
    _take(claims, "lost")
    _take(claims, "lost")
    jobs_of("local").cancel("2", by="user:1", at=AT)
    states = {job.id: job.state for job in claims.dismiss("lost", at=AT)}
    assert states == {"1": JobState.QUEUED, "2": JobState.CANCELLED}
    assert not claims.beat("lost", at=AT)
    assert claims.dismiss("lost", at=AT) == ()


def test_a_lost_worker_had_published_what_it_had_published(queue, claims, enlist, jobs_of) -> None:
    queue()
    job = _take(claims, enlist("lost"))
    jobs_of("local").finish(job.fence, result={}, at=AT)
    assert [(each.id, each.state) for each in claims.dismiss("lost", at=AT)] == [
        ("1", JobState.SUCCEEDED)
    ]
    assert jobs_of("local").get("1").is_settled


def test_the_run_of_a_lost_attempt_has_failed(
    queue, claims, enlist, database: Database, make_run: Callable[..., Run]
) -> None:
    runs = Runs(database.of("local"))
    queue()
    job = _take(claims, enlist("lost"))
    runs.add(make_run("run-1"))
    claims.tell(job.fence, Standing(), lines=[], run_id="run-1")
    claims.dismiss("lost", at=AT)
    assert runs.get("run-1").status is RunStatus.FAILED


def test_the_model_and_the_end_of_its_job_appear_together(
    queue, claims, enlist, database: Database, make_model: Callable[..., Model], jobs_of
) -> None:
    queue()
    job = _take(claims, enlist())
    model = Models(database.of("local")).register(make_model(), fence=job.fence)
    kept = jobs_of("local").get("1")
    assert (kept.state, kept.result["model"]) == (JobState.SUCCEEDED, model.reference)


def test_a_worker_that_lost_its_claim_registers_no_model(
    queue, claims, enlist, database: Database, make_model: Callable[..., Model], jobs_of
) -> None:
    models = Models(database.of("local"))
    queue()
    old = _take(claims, enlist("old"))
    claims.dismiss("old", at=AT)
    with pytest.raises(ClaimLost):
        models.register(make_model(), fence=old.fence)
    new = _take(claims, enlist("new"))
    with pytest.raises(ClaimLost):
        models.register(make_model(), fence=old.fence)
    assert models.find() == ()
    assert models.register(make_model(), fence=new.fence).version == 1


def test_no_time_of_day_decides_who_has_a_job(queue, claims, enlist, jobs_of) -> None:
    queue()
    job = claims.claim(enlist(), at=AT)
    assert job is not None
    claims.beat("worker", at=AT - timedelta(hours=1))
    assert claims.claim(enlist("other"), at=AT + timedelta(hours=1)) is None
    jobs_of("local").finish(job.fence, result={}, at=AT - timedelta(hours=2))
    assert jobs_of("local").get("1").state is JobState.SUCCEEDED


def test_a_long_line_of_a_log_is_cut(queue, claims, enlist, jobs_of) -> None:
    queue()
    job = _take(claims, enlist())
    line = Line(EventKind.LOG, AT, "x" * 10_000)
    claims.tell(job.fence, Standing(), lines=[line], run_id="")
    assert len(jobs_of("local").events("1", after=2, limit=1)[0].words) == 2_000
