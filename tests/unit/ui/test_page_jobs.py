"""The page about jobs: page by page, as they stand now, and why one ended as it did."""

import pytest

from modelyard.domain.identities import ModelAccess, Role
from modelyard.domain.jobs import (
    Ending,
    EventKind,
    JobKind,
    JobState,
    Line,
    Problem,
    Standing,
    Usage,
    WorkerSeen,
)

pytestmark = pytest.mark.extras

MB = 1_000_000


@pytest.fixture
def submit(project):
    """Return a function that asks for a job, which no worker does."""

    def submit_it(dataset="demo@1"):
        payload = {"dataset": dataset, "loads_rows": False}
        return project.jobs.submit(JobKind.INGEST, payload, created_by="local")

    return submit_it


@pytest.fixture
def claim(project):
    """Return a function that takes the next job as a worker would."""

    def claim_it():
        at = project.jobs.now()
        project.claims.enlist(WorkerSeen("worker", "its process", 0, 1, at, at))
        return project.claims.claim("worker", at=at)

    return claim_it


@pytest.fixture
def fail(project, claim):
    """Return a function that lets the next job fail."""

    def fail_it(problem, reason):
        job, at = claim(), project.jobs.now()
        ending = Ending(JobState.FAILED, problem, reason)
        project.claims.end(job.fence, ending, usage=Usage(2.0, 300 * MB), at=at)
        return job

    return fail_it


def _words(app):
    shown = [*app.markdown, *app.caption, *app.header, *app.error, *app.info, *app.code]
    return "\n".join(str(each.value) for each in shown)


def _button(app, label):
    return next(each for each in app.button if each.label == label)


def _table(app):
    return app.dataframe[0].value.to_dict("records")


def test_jobs_are_listed_with_what_they_are_about_and_how_they_stand(page, submit):
    submit()
    rows = _table(page("jobs"))
    assert [(row["State"], row["Job"], row["About"]) for row in rows] == [
        ("waiting", "Reading", "demo@1"),
        ("done", "Reading", "demo@1"),
        ("done", "Training", "demo@1"),
    ]
    assert {row["By"] for row in rows} == {"you"}


@pytest.mark.parametrize(
    ("path", "query"),
    [("jobs", {}), ("jobs", {"job": "any"}), ("data", {}), ("data", {"dataset": "demo@1"})],
    ids=["jobs", "job", "datasets", "dataset"],
)
def test_who_is_given_some_models_is_told_calmly_why_nothing_is_there(page_as, path, query):
    app = page_as(Role.VIEWER, path, access=ModelAccess.to_only("demo"), **query)
    assert not app.exception
    assert not app.error
    assert "models that you are not given" in _words(app)


def test_of_many_jobs_one_page_is_asked_for_at_a_time(page, submit):
    made = [submit(f"d{n}@1") for n in range(30)]
    app = page("jobs")
    first = [row["About"] for row in _table(app)]
    assert first == [f"d{n}@1" for n in reversed(range(5, 30))]
    _button(app, "Next").click().run()
    second = [row["About"] for row in _table(app)]
    assert second[:5] == [f"d{n}@1" for n in reversed(range(5))]
    assert len(second) == len(made) + 2 - len(first)
    _button(app, "Previous").click().run()
    assert [row["About"] for row in _table(app)] == first


def test_the_address_says_which_jobs_are_listed(page, submit):
    submit()
    rows = _table(page("jobs", kind="Reading", state="waiting"))
    assert [row["State"] for row in rows] == ["waiting"]
    assert "No job is like this" in _words(page("jobs", kind="Training", state="failed"))


def test_a_running_job_tells_its_stage_and_its_log(page, project, submit, claim):
    submit()
    job, at = claim(), project.jobs.now()
    lines = [Line(EventKind.LOG, at, f"line {n} of <b>reading</b>") for n in range(3)]
    project.claims.tell(job.fence, Standing("Reading the table", 3, 10), lines=lines, run_id="")
    app = page("jobs", job=job.id)
    assert not app.exception
    assert "line 2 of <b>reading</b>" in app.code[0].value
    assert _button(app, "Cancel the job")
    row = next(row for row in _table(page("jobs")) if row["State"] == "running")
    assert row["Progress"] == pytest.approx(0.3)


def test_the_log_can_be_searched(page, project, submit, claim):
    submit()
    job, at = claim(), project.jobs.now()
    lines = [Line(EventKind.LOG, at, words) for words in ("Loss falls", "Fold two", "loss grows")]
    project.claims.tell(job.fence, Standing("Fitting"), lines=lines, run_id="")
    app = page("jobs", job=job.id)
    app.text_input[0].set_value("LOSS").run()
    told = [line.partition("  ")[2] for line in app.code[0].value.splitlines()]
    assert told == ["Loss falls", "loss grows"]


def test_why_a_job_failed_is_told_and_it_can_be_done_again(page, client, submit, fail):
    submit()
    job = fail("missing-columns", "There is no column 'a*b*c'.")
    app = page("jobs", job=job.id)
    assert "There is no column" in app.error[0].value
    assert "*b*" not in app.error[0].value.replace("\\*", "")
    _button(app, "Do it again").click().run()
    assert next(iter(client.jobs.each())).retry_of == job.id


def test_what_lacked_memory_is_done_again_with_more(page, client, submit, fail):
    submit()
    job = fail(Problem.MEMORY, "It needed more than 300 MB.")
    app = page("jobs", job=job.id)
    assert "more memory than it had" in app.error[0].value
    assert app.number_input[0].value == 600
    _button(app, "Do it again so").click().run()
    again = next(iter(client.jobs.each()))
    assert (again.retry_of, again.limits.memory_bytes) == (job.id, 600 * MB)


def test_a_job_is_cancelled_by_who_has_read_what_becomes_of_it(page, client, submit):
    job = submit()
    app = page("jobs", job=job.id)
    assert "thrown away" in _words(app)
    _button(app, "Cancel the job").click().run()
    assert client.jobs.show(job.id).state is JobState.CANCELLED


def test_a_finished_training_leads_to_its_results(page, client):
    job = next(job for job in client.jobs.each() if job.kind is JobKind.TRAINING)
    app = page("jobs", job=job.id)
    assert not app.exception
    assert "Training of demo" in _words(app).replace("\\", "")
