"""A fresh database of either kind, and records to keep in it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from modelyard.domain.runs import Dataset, Model, Run, RunStatus
from modelyard.domain.tasks import Task
from modelyard.domain.tenants import LOCAL
from modelyard.store.databases import Database, TenantDatabase, open_database
from real_postgresql import RealPostgresql
from tenancy import watched_statements

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def wrong_statements() -> Iterator[list[str]]:
    """Fail every test in which a store sends a statement that forgets its tenant."""
    with watched_statements() as wrong:
        yield wrong
    assert wrong == []


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.extras)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a fresh database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'project' / 'modelyard.db'}"
        return
    server: RealPostgresql = request.getfixturevalue("postgresql")
    made = server.make_database()
    yield made
    server.drop_database(made)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def elsewhere(url: str) -> Iterator[Database]:
    """Yield the same database as another process has it open."""
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def records(database: Database) -> TenantDatabase:
    """Return the records of a laptop's own tenant."""
    return database.of(LOCAL)


@pytest.fixture
def make_run() -> Callable[..., Run]:
    """Return a maker of runs; `minute` after the start decides the order."""

    def make(id_: str, minute: int = 0, **changes: Any) -> Run:
        run = Run(
            id=id_,
            name="iris",
            status=RunStatus.RUNNING,
            started_at=START + timedelta(minutes=minute),
            config={"target": "y"},
            seed=0,
            data_location="iris.csv",
        )
        return replace(run, **changes)

    return make


@pytest.fixture
def make_model() -> Callable[..., Model]:
    """Return a maker of models that no run made."""

    def make(name: str = "iris", **changes: Any) -> Model:
        model = Model(
            name=name,
            version=0,
            artifact="20260101-1",
            sha256="ab" * 32,
            run_id="",
            task=Task.BINARY,
            algorithm="lightgbm",
            metric="accuracy",
            metrics={"accuracy": {"value": 0.9, "low": 0.8, "high": 0.95, "baseline": 0.5}},
            data_sha256="",
            size_bytes=1000,
            created_at=START,
        )
        return replace(model, **changes)

    return make


@pytest.fixture
def dataset() -> Dataset:
    return Dataset("cd" * 32, "iris.csv", 150, 5, 4000, START)
