"""What is counted over all trainings, models and predictions of a tenant: short facts of each."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modelyard.domain.analytics import Answered, ModelFact, TrainingFact
from modelyard.domain.identities import ModelAccess
from modelyard.domain.runs import RunStatus
from modelyard.domain.tasks import Task
from modelyard.domain.traffic import Step
from modelyard.store.databases import TenantDatabase
from modelyard.store.grants import given
from modelyard.store.tables.jobs import JOBS
from modelyard.store.tables.models import ML_MODELS
from modelyard.store.tables.named_datasets import DATASET_VERSIONS
from modelyard.store.tables.predictions import PREDICTION_TRAFFIC
from modelyard.store.tables.runs import TRAINING_JOBS

_OF_MODEL = (
    ML_MODELS.c.name,
    ML_MODELS.c.version,
    ML_MODELS.c.task,
    ML_MODELS.c.algorithm,
    ML_MODELS.c.metric,
    ML_MODELS.c.metric_values,
    ML_MODELS.c.data_sha256,
    ML_MODELS.c.created_at,
)


class Facts:
    """The facts of one tenant; those of models that are not given are left out."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database
        self._tenant = database.tenant

    def trainings(
        self, *, since: datetime, until: datetime, access: ModelAccess
    ) -> Sequence[TrainingFact]:
        """Return the trainings that began between two times, with what their jobs have used."""
        table = TRAINING_JOBS.c
        used = (
            sa.select(
                JOBS.c.run_id,
                sa.func.sum(JOBS.c.cpu_s).label("cpu_s"),
                sa.func.max(JOBS.c.peak_bytes).label("peak_bytes"),
            )
            .where(JOBS.c.tenant == self._tenant, JOBS.c.run_id != "")
            .group_by(JOBS.c.run_id)
            .subquery()
        )
        chosen = (
            sa.select(
                table.started_at,
                table.status,
                table.algorithm,
                sa.func.coalesce(table.duration_s, 0.0),
                sa.func.coalesce(used.c.cpu_s, 0.0),
                sa.func.coalesce(used.c.peak_bytes, 0),
            )
            .select_from(TRAINING_JOBS)
            .outerjoin(used, used.c.run_id == table.id)
            .where(
                table.tenant == self._tenant,
                table.started_at >= since,
                table.started_at < until,
                given(table.name, access),
            )
        )
        with self._database.reading() as connection:
            rows = connection.execute(chosen).all()
        return [
            TrainingFact(at, RunStatus(status), algorithm, duration_s, cpu_s, int(peak_bytes))
            for at, status, algorithm, duration_s, cpu_s, peak_bytes in rows
        ]

    def models(self, *, access: ModelAccess) -> Sequence[ModelFact]:
        """Return every model version."""
        table, runs = ML_MODELS.c, TRAINING_JOBS.c
        is_of = (runs.tenant == self._tenant) & (runs.id == table.run_id)
        chosen = (
            sa.select(*_OF_MODEL, runs.config["target"].as_string().label("target"))
            .select_from(ML_MODELS)
            .outerjoin(TRAINING_JOBS, is_of)
            .where(table.tenant == self._tenant, given(table.name, access))
        )
        with self._database.reading() as connection:
            names = self._dataset_names(connection)
            rows = connection.execute(chosen).all()
        return [_model(row, names.get(row.data_sha256, "")) for row in rows]

    def answered(self, *, since: datetime, until: datetime, access: ModelAccess) -> Answered:
        """Return how many rows were answered between two times, counted by whole hours."""
        table = PREDICTION_TRAFFIC.c
        conditions = (
            table.tenant == self._tenant,
            table.step == Step.HOUR,
            table.at >= Step.HOUR.start_of(since),
            table.at < until,
            given(table.model_name, access),
        )
        n_rows = sa.func.sum(table.n_rows)
        by_name = sa.select(table.deployment, n_rows).where(*conditions).group_by(table.deployment)
        by_hour = sa.select(table.at, n_rows).where(*conditions).group_by(table.at)
        days: Counter[datetime] = Counter()
        with self._database.reading() as connection:
            names = {name: int(count) for name, count in connection.execute(by_name)}
            for at, count in connection.execute(by_hour):
                days[Step.DAY.start_of(at)] += int(count)
        return Answered(dict(Counter(names).most_common()), dict(sorted(days.items())))

    def _dataset_names(self, connection: sa.Connection) -> dict[str, str]:
        """Return the hash of training data to the name under which it was last uploaded."""
        table = DATASET_VERSIONS.c
        chosen = (
            sa.select(table.data_sha256, table.name)
            .where(table.tenant == self._tenant, table.deleted_at.is_(None))
            .where(table.data_sha256 != "")
            .order_by(table.created_at)
        )
        return {row.data_sha256: row.name for row in connection.execute(chosen)}


def _model(row: Any, dataset: str) -> ModelFact:
    return ModelFact(
        reference=f"{row.name}@{row.version}",
        task=Task(row.task),
        algorithm=row.algorithm,
        target=row.target or "",
        metric=row.metric,
        value=row.metric_values.get(row.metric),
        data_sha256=row.data_sha256,
        dataset=dataset,
        at=row.created_at,
    )
