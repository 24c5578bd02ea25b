"""Predictions for whole datasets by real workers: one file, whole, and none where there is none."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from platform_jobs import PATIENCE_S, children, is_stopped, leftovers, start_worker
from rows import table

from modelyard.bootstrap import Project, open_project
from modelyard.cli._group import run
from modelyard.domain.batches import BatchOptions
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import Job, JobState
from modelyard.kit.failpoints import VARIABLE
from modelyard.services.batch_jobs import BatchRequest
from modelyard.services.uploads import UploadRequest
from modelyard.wire.batches import BatchPredictRequest
from modelyard.workbench.training import train
from modelyard.worker.starting import worker_of

pytestmark = pytest.mark.processes

ROWS = table().replace("0.000,a", "many,a")
RAGGED = ROWS + "1.5,a,yes,one,too,many\n"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Yield a project with a model, and datasets of which a row is bad, or is none at all."""
    (tmp_path / "train.csv").write_text(table())
    train(tmp_path / "train.csv", target="y", algorithm="logistic-regression", name="prices")
    opened = open_project()
    for name, text in (("rows", ROWS), ("ragged", RAGGED)):
        upload = UploadRequest(
            name=name, filename=f"{name}.csv", size_bytes=len(text), created_by="local"
        )
        opened.uploads.take(upload, [text.encode()])
    yield opened
    opened.database.close()


@pytest.fixture
def ask(project: Project) -> Callable[..., Job]:
    """Return what asks for predictions as a body over HTTP does."""

    def ask_for(dataset: str = "rows", **body: object) -> Job:
        asked = BatchPredictRequest.model_validate({"model": "prices", "dataset": dataset} | body)
        request = BatchRequest(dataset, asked.to_options())
        model = project.models.get(asked.model)
        return project.registry.batches.ask(model, request, caller=LOCAL_CALLER)

    return ask_for


@pytest.fixture
def work(project: Project) -> Callable[..., None]:
    """Return what does all jobs that wait, in this process."""

    def work_off(is_ending: Callable[[], bool] = lambda: False) -> None:
        worker_of(project, n_places=1).work(is_ending=is_ending, until_idle=True)

    return work_off


def _files(project: Project) -> list[str]:
    return sorted(path.name for path in (project.folder / "answers").glob("*"))


def _answers(project: Project, job: Job) -> bytes:
    return project.registry.batches.answers(LOCAL_CALLER, job.id).path.read_bytes()


def test_why_a_job_could_not_write_is_told_without_the_place_on_the_server(
    project: Project, ask: Callable[..., Job], work: Callable[..., None]
) -> None:
    (project.folder / "answers").write_text("in the way")
    job = ask()
    work()
    kept = project.jobs.get(job.id)
    assert kept.state is JobState.FAILED
    told = "The platform cannot write what it keeps: a file of that name is in the way."
    assert kept.reason.endswith(told)
    assert str(project.folder) not in kept.reason


def test_a_job_writes_what_the_command_line_writes_and_names_the_bad_row(
    project: Project, ask: Callable[..., Job], work: Callable[..., None], tmp_path: Path
) -> None:
    job = ask(probabilities=True)
    work()
    kept = project.jobs.get(job.id)
    assert (kept.state, kept.reason) == (JobState.SUCCEEDED, "")
    (tmp_path / "rows.csv").write_text(ROWS)
    out = tmp_path / "out.csv"
    assert run(["predict", "prices", str(tmp_path / "rows.csv"), "--proba", "--out", str(out)]) == 9
    assert _answers(project, job) == out.read_bytes()
    told = kept.result
    assert (told["n_rows"], told["n_failed"], told["dataset"]) == (60, 1, "rows@1")
    (error,) = told["errors"]
    assert (error["row"], error["column"], error["sample"]) == (1, "x", "many")
    assert told["duration_s"] > 0
    assert _files(project) == [told["file"]["name"]]
    assert leftovers(project) == []


def test_a_strict_job_fails_by_one_bad_row_and_leaves_no_file(
    project: Project, ask: Callable[..., Job], work: Callable[..., None]
) -> None:
    job = ask(strict=True)
    work()
    kept = project.jobs.get(job.id)
    assert (kept.state, kept.problem) == (JobState.FAILED, "unparseable-value")
    assert "row 1" in kept.reason
    assert _files(project) == []


def test_a_dataset_of_which_a_row_cannot_be_read_is_answered_but_for_that_row(
    project: Project, ask: Callable[..., Job], work: Callable[..., None]
) -> None:
    job = ask("ragged", keep=["c"])
    work()
    told = project.jobs.get(job.id).result
    assert (told["n_rows"], told["n_failed"]) == (61, 2)
    assert [error["row"] for error in told["errors"]] == [1, 61]
    lines = _answers(project, job).decode().splitlines()
    assert (lines[0], lines[1], lines[61]) == ("c,prediction", "a,", ",")


def test_a_parquet_file_holds_what_was_kept_and_types(
    project: Project, ask: Callable[..., Job], work: Callable[..., None]
) -> None:
    job = ask(format="parquet", keep=["x"], probabilities=True)
    work()
    frame = pl.read_parquet(io.BytesIO(_answers(project, job)))
    numbers = {"probability_no": pl.Float64, "probability_yes": pl.Float64}
    assert frame.schema == {"x": pl.String, "prediction": pl.String, **numbers}
    assert frame["x"].to_list() == [line.split(",")[0] for line in ROWS.splitlines()[1:]]
    assert frame["prediction"].null_count() == 1


def test_a_column_to_keep_that_is_not_there_is_told(
    project: Project, ask: Callable[..., Job], work: Callable[..., None]
) -> None:
    job = ask(keep=["cc"])
    work()
    kept = project.jobs.get(job.id)
    assert (kept.state, kept.problem) == (JobState.FAILED, "missing-columns")
    assert "'cc'" in kept.reason


@pytest.mark.parametrize(
    "point",
    ["answers.placed", pytest.param("publish.before-commit", marks=pytest.mark.slow)],
)
def test_a_job_that_is_killed_with_its_file_placed_has_one_file_in_the_end(
    project: Project,
    ask: Callable[..., Job],
    work: Callable[..., None],
    tmp_path: Path,
    point: str,
) -> None:
    job = ask()
    # Where the file lies already and nothing tells of it.
    killed = start_worker("--until-idle", failpoint=f"{point}:kill:{tmp_path / 'fired'}")
    killed.wait(PATIENCE_S)
    work()
    kept = project.jobs.get(job.id)
    assert (kept.state, kept.attempts) == (JobState.SUCCEEDED, 2)
    assert _files(project) == [kept.result["file"]["name"]]
    assert leftovers(project) == []


def test_a_job_that_is_cancelled_with_its_file_placed_leaves_none(
    project: Project,
    ask: Callable[..., Job],
    work: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv(VARIABLE, f"answers.placed:stop:{tmp_path / 'fired'}")
    job = ask()
    asked: list[Job] = []

    def cancel_when_stopped() -> bool:
        if not asked and any(is_stopped(pid) for pid in children()):
            assert len(_files(project)) == 1
            asked.append(project.jobs.cancel(job.id, caller=LOCAL_CALLER))
        return False

    work(cancel_when_stopped)
    assert project.jobs.get(job.id).state is JobState.CANCELLED
    assert _files(project) == []
    assert leftovers(project) == []


def test_options_survive_the_payload_of_a_job() -> None:
    options = BatchPredictRequest(
        model="m", dataset="d", format="parquet", keep=["a"], sets=90.0, spreadsheet=True
    ).to_options()
    assert BatchOptions.from_dict(options.to_dict()) == options
