"""What is uploaded is read by a job, trained on as it was mended, and stays while it is needed."""

import json
import random
from collections.abc import Callable

import pytest

from modelyard.api.small_reads import ask_for_reading
from modelyard.bootstrap import Project
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.datasets import DatasetState, DatasetVersion
from modelyard.domain.errors import Conflict
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import JobQuery, JobState
from modelyard.services.named_datasets import Reading
from modelyard.services.uploads import UploadRequest
from projects import work_off

pytestmark = pytest.mark.processes


def _table() -> str:
    """Return rows that age tells something about, and not everything."""
    draw = random.Random(3)  # noqa: S311 - no secret
    lines = ["age,city,y,constant"]
    for at in range(200):
        age = draw.uniform(18, 70)
        answer = "yes" if age + draw.gauss(0, 20) > 44 else "no"
        lines.append(f"{age:.2f},{('Oslo', 'Rome', 'oslo')[at % 3]},{answer},7")
    return "\n".join(lines) + "\n"


TABLE = _table()


@pytest.fixture
def work(project: Project) -> Callable[[], None]:
    """Return what does all jobs that wait, in this process."""
    return lambda: work_off(project)


def _take(project: Project, content: bytes, name: str = "people") -> DatasetVersion:
    request = UploadRequest(name, len(content), LOCAL_CALLER.subject, filename=f"{name}.csv")
    return project.uploads.take(request, [content])


def test_a_worker_reads_what_was_uploaded_and_its_job_tells_how_it_went(project, work) -> None:
    good = _take(project, TABLE.encode())
    bad = _take(project, b"a,b\n1,2\n3,4,5\n", "cut")
    for version in (good, bad):
        ask_for_reading(project, version, created_by="local")
    with pytest.raises(Conflict, match="is being used: job"):
        project.named_datasets.delete("people", caller=LOCAL_CALLER)
    work()
    assert project.named_datasets.get("people").n_rows == 200
    assert project.named_datasets.get("cut").state is DatasetState.FAILED
    jobs = {job.payload["dataset"]: job for job in project.jobs.find(JobQuery()).items}
    assert jobs["people@1"].state is JobState.SUCCEEDED
    assert jobs["people@1"].result["n_rows"] == 200
    assert jobs["cut@1"].state is JobState.FAILED
    assert "Row 2 has 3 fields" in jobs["cut@1"].reason
    project.named_datasets.delete("people", caller=LOCAL_CALLER)


def test_a_training_on_a_mended_version_mends_alike_and_tells_where_it_came_from(
    project, work
) -> None:
    _take(project, TABLE.encode())
    project.ingesting.ingest("people@1")
    fixes = {"spelling-variants:city": "merge-spellings"}
    project.named_datasets.derive("people", Reading(fixes=fixes), caller=LOCAL_CALLER)
    project.ingesting.ingest("people@2")
    config = TrainingConfig(target="y", algorithm="logistic-regression")
    project.jobs.train("people", config, caller=LOCAL_CALLER)
    work()
    (run,) = project.named_datasets.lineage("people@2").runs
    assert run.status.value == "succeeded", run.reason
    assert run.config["fixes"] == fixes
    assert run.data_sha256 == project.named_datasets.get("people").sha256
    assert [model.run_id for model in project.named_datasets.lineage("people").models] == [run.id]


def test_what_a_job_made_names_the_dataset_and_not_where_its_file_lies(project, work) -> None:
    _take(project, TABLE.encode())
    project.ingesting.ingest("people")
    config = TrainingConfig(target="y", algorithm="logistic-regression")
    project.jobs.train("people", config, caller=LOCAL_CALLER)
    work()
    model = project.models.get("people")
    package = project.artifacts.path_of(model.artifact)
    assert json.loads((package / "manifest.json").read_text())["data_location"] == "people@1"
    assert "people@1" in (package / "report.html").read_text()
    home = str(project.settings.home)
    told = {each.name for each in package.rglob("*") if home.encode() in each.read_bytes()}
    assert told == set()


def test_a_job_loads_the_rows_into_the_database_until_the_version_is_deleted(project, work) -> None:
    version = _take(project, TABLE.encode())
    ask_for_reading(project, version, created_by="local", loads_rows=True)
    work()
    first = project.named_datasets.loaded_rows("people", limit=150)
    second = project.named_datasets.loaded_rows("people", limit=150, cursor=first.next_cursor)
    rows = (*first.items, *second.items)
    assert [row.number for row in rows] == list(range(1, 201))
    lines = TABLE.splitlines()
    age, city, answer, constant = lines[17].split(",")
    told = {"age": float(age), "city": city, "y": answer == "yes", "constant": int(constant)}
    assert rows[16].cells == told
    project.named_datasets.delete("people", caller=LOCAL_CALLER)
    again = _take(project, TABLE.encode())
    assert again.version == 2
    assert project.named_datasets.loaded_rows("people").items == ()
