"""What was kept for long enough is put away by workers, and nothing else."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from platform_jobs import upload
from rows import table

from modelyard.bootstrap import Project, open_project
from modelyard.domain.batches import BatchOptions
from modelyard.domain.errors import NotFound
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.logged_predictions import LoggedPrediction, PredictionQuery, SegmentPlace
from modelyard.domain.tenants import Tenant
from modelyard.services.batch_jobs import BatchRequest
from modelyard.store.predictions import Predictions
from modelyard.workbench.training import train
from modelyard.worker.housekeeping import TOGETHER, tidy
from projects import work_off

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.extras)])
def project(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        monkeypatch.setenv("MODELYARD_DATABASE_URL", server.make_database())
    opened = open_project()
    yield opened
    opened.database.close()


def _log(project: Project, tenant: str, *ages: timedelta) -> Predictions:
    kept = Predictions(project.database.of(tenant))
    rows = [
        LoggedPrediction(
            id=f"p{number}",
            deployment="eu",
            model="prices@1",
            package_sha256="ab" * 32,
            at=NOW - age,
            subject="local",
            request_id="r",
            features={"x": 1},
            prediction="yes",
        )
        for number, age in enumerate(ages)
    ]
    kept.load(rows, before=SegmentPlace("s", 0), after=SegmentPlace("s", 9))
    return kept


def _tidy(project: Project, at: datetime) -> tuple[int, int]:
    return tidy(project, at=at, is_ending=Event())


def test_predictions_older_than_a_year_are_deleted_in_every_tenant(project: Project) -> None:
    project.access.tenants.tenants.add(Tenant("acme", "Acme", NOW))
    day = timedelta(days=1)
    ours = _log(project, "local", *[366 * day] * (TOGETHER + 1), 364 * day)
    theirs = _log(project, "acme", 366 * day, day)
    assert _tidy(project, NOW) == (TOGETHER + 2, 0)
    assert [ours.count(), theirs.count()] == [1, 1]
    assert _tidy(project, NOW) == (0, 0)


def test_predictions_are_kept_for_ever_where_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MODELYARD_PREDICTION_DAYS", "0")
    project = open_project()
    kept = _log(project, "local", timedelta(days=9_999))
    assert _tidy(project, NOW) == (0, 0)
    assert kept.count(PredictionQuery()) == 1
    project.database.close()


def test_a_file_of_answers_goes_after_its_days_and_its_job_stays(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "train.csv").write_text(table())
    path = tmp_path / "train.csv"
    train(path, target="y", algorithm="logistic-regression", name="prices", project=project)
    upload(project)
    asked = BatchRequest("prices", BatchOptions())
    batches = project.registry.batches
    job = batches.ask(project.models.get("prices"), asked, caller=LOCAL_CALLER)
    work_off(project)
    path = batches.answers(LOCAL_CALLER, job.id).path
    ended = project.jobs.get(job.id).finished_at
    assert ended is not None
    os.utime(path, (ended.timestamp(), ended.timestamp()))
    assert _tidy(project, ended + timedelta(days=29)) == (0, 0)
    assert path.exists()
    assert _tidy(project, ended + timedelta(days=31)) == (0, 1)
    assert not path.exists()
    assert project.jobs.get(job.id).result["n_rows"] == 60
    with pytest.raises(NotFound, match="its file was deleted"):
        batches.answers(LOCAL_CALLER, job.id)
