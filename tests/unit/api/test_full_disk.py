"""From a disk with no byte left things are deleted over HTTP, and people log in who do it."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from modelyard.bootstrap import Project, open_project
from modelyard.domain.batches import AnswerForm
from modelyard.domain.jobs import WorkerSeen
from modelyard.domain.runs import Model
from modelyard.services.uploads import UploadRequest

Ask = Callable[..., TestClient]

ML = "/api/v1/ml"
TABLE = b"x,y\n" + b"".join(b"%d,%d\n" % (at, at % 2) for at in range(200))
# The room that is kept is made where as much is free three times.
DISK_MB = 64
PHRASE = "a long pass phrase"
# More than fits into what SQLite's log has room for already.
_TAGS = {"tags": {f"tag-{at}": "x" * 200 for at in range(40)}}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    # Those who may not mount a disk are many; the room itself is tested with a disk that is told.
    if not shutil.which("mount") or subprocess.run(command, check=False, timeout=30).returncode:
        pytest.skip("needs the right to mount a disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=30)


@pytest.fixture
def project(disk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setenv("MODELYARD_HOME", str(disk / "home"))
    opened = open_project()
    opened.database.keep_room()
    yield opened
    opened.database.close()


@pytest.fixture
def fill(disk: Path) -> Callable[[], None]:
    """Return what leaves no byte free."""

    def fill_it() -> None:
        with (disk / "other").open("ab", buffering=0) as stream:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        stream.write(b"0" * size)
                except OSError:
                    continue
        assert shutil.disk_usage(disk).free == 0

    return fill_it


def _upload(project: Project) -> None:
    tenant = project.of("acme")
    # Uploads leave more free than the whole disk has.
    parts = replace(tenant.uploads.parts, free=lambda _: 1 << 40)
    uploads = replace(tenant.uploads, parts=parts)
    uploads.take(UploadRequest("rows", len(TABLE), "user:e", filename="rows.csv"), [TABLE])
    tenant.ingesting.ingest("rows")
    tenant.ingesting.load_rows("rows")


def _predict(project: Project, client: TestClient) -> str:
    """Have a batch prediction done as a worker would, and return the id of its job."""
    asked = client.post(f"{ML}/batch-predict", json={"model": "churn", "dataset": "rows"})
    at = project.jobs.now()
    project.claims.enlist(WorkerSeen("worker", "its process", 0, 1, at, at))
    job = project.claims.claim("worker", at=at)
    assert job is not None
    tenant = project.of("acme")
    draft = tenant.folder / "draft.csv"
    draft.write_bytes(b"prediction\nyes\n")
    told = {"n_rows": 1, "n_failed": 0}
    tenant.registry.batches.publish(job.fence, draft, form=AnswerForm.CSV, told=told)
    return str(asked.json()["id"])


def test_a_dataset_a_model_and_the_files_of_a_job_are_deleted(
    project: Project, ask: Ask, register: Callable[..., Model], fill: Callable[[], None]
) -> None:
    register()
    _upload(project)
    client = ask("admin")
    job = _predict(project, client)
    client.post(f"{ML}/models/churn@1/deploy", json={"name": "eu"})
    fill()
    assert client.patch(f"{ML}/models/churn@1/tags", json=_TAGS).status_code == 507
    for path, status in {
        f"batch-predict/{job}/answers": 204,
        "deployments/eu": 200,
        "models/churn@1": 204,
        "datasets/rows": 200,
    }.items():
        answer = client.delete(f"{ML}/{path}")
        assert answer.status_code == status, answer.text
        # Whoever else writes takes what is freed.
        fill()
    assert client.get(f"{ML}/datasets/rows").status_code == 404


def test_a_job_is_cancelled_whose_folder_takes_room(
    project: Project, ask: Ask, register: Callable[..., Model], fill: Callable[[], None]
) -> None:
    register()
    _upload(project)
    client = ask("admin")
    asked = client.post(f"{ML}/batch-predict", json={"model": "churn", "dataset": "rows"})
    fill()
    answer = client.post(f"{ML}/jobs/{asked.json()['id']}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")


def test_the_platform_is_started_and_logs_people_in(
    project: Project, fill: Callable[[], None]
) -> None:
    token = project.access.invitations.begin_setup()
    assert token is not None
    setup = project.access.invitations.set_up
    setup(token.text, email="a@example.com", password=PHRASE, title="A")
    project.database.close()
    fill()
    again = open_project()
    login = again.access.logins.log_in("a@example.com", PHRASE, address="127.0.0.1")
    assert again.access.logins.refresh(login.refresh.text).user.email == "a@example.com"
    again.database.close()


def test_what_lacks_is_told_and_not_where(
    project: Project, ask: Ask, register: Callable[..., Model], fill: Callable[[], None]
) -> None:
    register()
    fill()
    answer = ask("editor").patch(f"{ML}/models/churn@1/tags", json=_TAGS)
    assert answer.status_code == 507
    assert answer.json()["detail"] == ("The platform's database cannot grow: the disk is full.")
    assert "on a full disk too" in answer.json()["fix"]
    assert str(project.settings.home) not in answer.text
