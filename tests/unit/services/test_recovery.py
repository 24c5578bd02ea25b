"""What a process left that ended without a word is put away; what lives is not touched."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from modelyard.domain.runs import Model, Run, RunStatus
from modelyard.domain.tasks import Task
from modelyard.domain.tenants import LOCAL
from modelyard.services.recovery import REASON, RecoveryService
from modelyard.store.artifacts import Artifacts
from modelyard.store.databases import open_database
from modelyard.store.models import Models
from modelyard.store.runs import Runs

NOW = datetime.now(UTC)


@pytest.fixture
def recovery(tmp_path: Path) -> Iterator[RecoveryService]:
    """Return a service over an empty project; the processes marked "dead" are gone."""
    database = open_database(f"sqlite:///{tmp_path / 'modelyard.db'}")
    records = database.of(LOCAL)
    yield RecoveryService(
        runs=Runs(records),
        models=Models(records),
        artifacts=Artifacts(tmp_path / "models"),
        is_gone=lambda mark: mark == "dead",
        now=lambda: NOW,
    )
    database.close()


def _run(id_: str, *, process: str = "alive") -> Run:
    return Run(
        id=id_,
        name="iris",
        status=RunStatus.RUNNING,
        started_at=NOW,
        config={},
        seed=0,
        data_location="iris.csv",
        process=process,
    )


def _model(run_id: str) -> Model:
    return Model(
        name="iris",
        version=0,
        artifact=run_id,
        sha256="ab" * 32,
        run_id=run_id,
        task=Task.BINARY,
        algorithm="lightgbm",
        metric="accuracy",
        metrics={},
        data_sha256="",
        size_bytes=1,
        created_at=NOW,
    )


def _place(recovery: RecoveryService, key: str) -> None:
    with recovery.artifacts.writing(key) as folder:
        (folder / "model.onnx").write_bytes(b"x")


def _left(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "models").iterdir())


def test_a_run_whose_process_is_gone_has_failed_and_others_go_on(
    recovery: RecoveryService,
) -> None:
    recovery.runs.add(_run("lost", process="dead"))
    recovery.runs.add(_run("busy"))
    recovery.runs.add(_run("unknown", process=""))
    recovery.recover()
    lost = recovery.runs.get("lost")
    assert (lost.status, lost.reason, lost.finished_at) == (RunStatus.FAILED, REASON, NOW)
    assert recovery.runs.get("busy").status is RunStatus.RUNNING
    assert recovery.runs.get("unknown").status is RunStatus.RUNNING


def test_a_package_that_no_model_stands_for_is_deleted_once_its_run_has_ended(
    recovery: RecoveryService, tmp_path: Path
) -> None:
    for key, process in (("lost", "dead"), ("busy", "alive"), ("made", "alive")):
        recovery.runs.add(_run(key, process=process))
        _place(recovery, key)
        (tmp_path / "models" / f".unfinished-{key}-0").mkdir()
        (tmp_path / "models" / f".deleted-{key}-0").mkdir()
    ended = replace(_run("made"), status=RunStatus.SUCCEEDED)
    recovery.models.register(_model("made"), made_by=ended)
    recovery.recover()
    kept = {name for name in _left(tmp_path) if not name.endswith("made-0")}
    assert kept == {"busy", "made", ".unfinished-busy-0"}


def test_a_folder_that_no_run_is_known_for_is_left_until_it_is_old(
    recovery: RecoveryService, tmp_path: Path
) -> None:
    _place(recovery, "stranger")
    recovery.recover()
    assert _left(tmp_path) == ["stranger"]
    replace(recovery, now=lambda: NOW + timedelta(hours=2)).recover()
    assert _left(tmp_path) == []


def test_in_an_empty_project_there_is_nothing_to_do(
    recovery: RecoveryService, tmp_path: Path
) -> None:
    recovery.recover()
    assert not (tmp_path / "models").exists()


def test_a_run_that_ends_by_itself_meanwhile_is_not_told_as_failed(
    recovery: RecoveryService,
) -> None:
    run = _run("ended", process="dead")
    recovery.runs.add(run)

    def ends(mark: str) -> bool:
        recovery.runs.update(replace(run, status=RunStatus.SUCCEEDED, finished_at=NOW))
        return mark == "dead"

    with capture_logs() as told:
        replace(recovery, is_gone=ends).recover()
    assert recovery.runs.get("ended").status is RunStatus.SUCCEEDED
    assert told == []
