"""Trainings and the models that came out of them, as the project folder remembers them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from modelyard.domain.tasks import Label, Task


class RunStatus(StrEnum):
    """Where a training stands; the last three are final."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Dataset:
    """One content of a data file that was trained on.

    Attributes:
        sha256: of the content; the identity of a dataset version.
        location: as the user named it.
    """

    sha256: str
    location: str
    n_rows: int
    n_columns: int
    size_bytes: int
    created_at: datetime


@dataclass(frozen=True)
class Run:
    """One training: what was asked, on which data, and what came of it.

    Attributes:
        id: sortable by time, unique in the project folder.
        config: the whole configuration as plain JSON values.
        data_sha256: of the dataset, empty where the run failed before reading it.
        task, algorithm: as used.
        metric: key of the deciding metric; `metrics` maps key to {value, low, high, baseline}.
        model: `name@version` of the registered model, None where there is none.
        reason: why it failed or was cancelled.
        fit_s, duration_s: seconds of fitting and of the whole run.
        process: mark of the process that trains, empty where it is not known.
    """

    id: str
    name: str
    status: RunStatus
    started_at: datetime
    config: Mapping[str, Any]
    seed: int
    data_location: str
    data_sha256: str = ""
    n_rows: int = 0
    task: Task | None = None
    algorithm: str = ""
    metric: str = ""
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    findings: tuple[Mapping[str, Any], ...] = ()
    model: str | None = None
    reason: str | None = None
    fit_s: float | None = None
    duration_s: float | None = None
    finished_at: datetime | None = None
    process: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """One version of a named model in the registry.

    Attributes:
        name, version: versions of a name count up from 1 and are never reused.
        artifact: key of the package's folder, which moves with the project.
        sha256: of the package's manifest, which holds the hashes of all its files.
        run_id: the training that made it.
        aliases: e.g. `champion`; an alias stands on one version of a name at a time.
        size_bytes: of the package on disk.
    """

    name: str
    version: int
    artifact: str
    sha256: str
    run_id: str
    task: Task
    algorithm: str
    metric: str
    metrics: Mapping[str, Mapping[str, float]]
    data_sha256: str
    size_bytes: int
    created_at: datetime
    aliases: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """`name@version`, which every door accepts where a model is asked for."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True)
class AliasPlace:
    """Where an alias of a name stands.

    Attributes:
        version: that it stands on.
        before: the version that rolling back would put it on; None where there is none.
    """

    alias: str
    version: int
    before: int | None = None


@dataclass(frozen=True)
class StoredEvaluation:
    """A registered model measured on one set of rows, as the project folder remembers it.

    Attributes:
        id: sortable by time, unique in the project folder.
        model: `name@version`.
        data_sha256: of the rows it was measured on.
        location: of these rows, as the user named it.
        metrics: key to {value, low, high, baseline}.
        labels, confusion: as in `Evaluation`, empty for regression.
    """

    id: str
    model: str
    data_sha256: str
    location: str
    n_rows: int
    metrics: Mapping[str, Mapping[str, float]]
    created_at: datetime
    labels: tuple[Label, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
