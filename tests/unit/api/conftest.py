"""A platform with two tenants, asked over HTTP in process by callers of every role."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from modelyard.api.apart import Nursery
from modelyard.api.app import make_app
from modelyard.bootstrap import Project, open_project
from modelyard.domain.errors import NotAuthorized
from modelyard.domain.identities import Caller, ModelAccess, Role
from modelyard.domain.manifests import Manifest
from modelyard.domain.runs import Model, Run, RunStatus
from modelyard.packaging.writing import write_package
from modelyard.runtime.packages import REPORT, STATISTICS, open_sealed
from modelyard.store.models import Models
from modelyard.store.runs import Runs

_AT = datetime(2026, 1, 1, tzinfo=UTC)

CALLERS = {
    "viewer": Caller("acme", "user:v", Role.VIEWER),
    "editor": Caller("acme", "user:e", Role.EDITOR),
    "admin": Caller("acme", "user:a", Role.ADMIN),
    "stranger": Caller("globex", "user:s", Role.ADMIN),
    "operator": Caller("acme", "user:o", Role.ADMIN, is_operator=True),
    "bounded": Caller("acme", "user:b", Role.VIEWER, access=ModelAccess.to_only("given")),
    "predictor": Caller("acme", "key:p", Role.VIEWER, is_predict_only=True),
}


class CallersByToken:
    """Takes a word for a credential."""

    def resolve(self, headers: Mapping[str, str], *, address: str) -> Caller:
        del address
        word = headers.get("authorization", "").removeprefix("Bearer ")
        if word not in CALLERS:
            raise NotAuthorized("No credential came.", fix="Send one.")
        return CALLERS[word]


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.setenv("MODELYARD_LOG_LEVEL", "info")
    opened = open_project()
    yield opened
    opened.database.close()


@pytest.fixture
def app(project: Project, nursery: Nursery) -> FastAPI:
    return make_app(project, callers=CallersByToken(), nursery=nursery)


@pytest.fixture
def ask(app: FastAPI) -> Callable[..., TestClient]:
    """Return a maker of clients, each with the credential of one caller."""

    def client(caller: str | None = "admin") -> TestClient:
        headers = {} if caller is None else {"authorization": f"Bearer {caller}"}
        return TestClient(app, headers=headers)

    return client


@pytest.fixture
def register(
    project: Project, manifest: Manifest, contents: dict[str, bytes]
) -> Callable[..., Model]:
    """Return a function that registers a small model, with its signed package."""
    tenant = project.of("acme")
    number = iter(range(1000))

    def register_it(name: str = "churn", *, run: Run | None = None, **changes: Any) -> Model:
        artifact = f"20260101-{next(number)}"
        files = contents | {
            REPORT: b"<!doctype html><title>Report</title>",
            STATISTICS: b'{"baseline": [0.5, 0.5]}',
        }
        with tenant.artifacts.writing(artifact) as folder:
            write_package(folder, replace(manifest, name=name), contents=files, key=tenant.key)
        path: Path = tenant.artifacts.path_of(artifact)
        sealed = open_sealed(path, tenant.key.fingerprint)
        model = Model(
            name=name,
            version=0,
            artifact=artifact,
            sha256=sealed.manifest_sha256,
            run_id="" if run is None else run.id,
            task=manifest.task,
            algorithm=manifest.algorithm,
            metric=manifest.metric,
            metrics=manifest.metrics,
            data_sha256=manifest.data_sha256,
            size_bytes=sum(map(len, files.values())),
            created_at=_AT,
        )
        return Models(tenant.records).register(replace(model, **changes))

    return register_it


@pytest.fixture
def add_run(project: Project) -> Callable[..., Run]:
    """Return a function that remembers a training."""

    def add(id_: str, **changes: Any) -> Run:
        run = Run(
            id=id_,
            name="churn",
            status=RunStatus.RUNNING,
            started_at=_AT,
            config={"target": "bought", "split": {"test": 0.2}},
            seed=0,
            data_location="churn.csv",
        )
        run = replace(run, **changes)
        Runs(project.of("acme").records).add(run)
        return run

    return add
