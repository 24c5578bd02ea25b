"""Measurements of registered models on further rows."""

from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import InvalidValue
from modelyard.domain.jobs import Fence
from modelyard.domain.names import ModelReference
from modelyard.domain.runs import StoredEvaluation
from modelyard.store.databases import TenantDatabase
from modelyard.store.job_rows import hold, succeed
from modelyard.store.tables.evaluations import MODEL_EVALUATIONS

_PLAIN = ("id", "data_sha256", "location", "n_rows", "metrics", "created_at")


class Evaluations:
    """Records of `model_evaluations`; they go when their model is deleted."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def add(self, evaluation: StoredEvaluation, *, fence: Fence | None = None) -> None:
        """Remember an evaluation.

        Args:
            evaluation: with an id of its own.
            fence: of the job that it was made by, which ends well with it.

        Raises:
            InvalidValue: if its id is taken, or its model is not given as `name@version`.
            NotFound: if its model is not registered.
            ClaimLost: if another worker has the job, or it was cancelled.
        """
        row: dict[str, Any] = {name: getattr(evaluation, name) for name in _PLAIN}
        row["tenant"] = self._database.tenant
        row["model_name"], row["model_version"] = _split(evaluation.model)
        row["labels"] = list(evaluation.labels)
        row["confusion"] = [list(counts) for counts in evaluation.confusion]
        with self._database.writing() as connection:
            if fence is not None:
                hold(connection, fence)
            connection.execute(sa.insert(MODEL_EVALUATIONS).values(row))
            if fence is not None:
                result = {"evaluation": evaluation.id, "model": evaluation.model}
                succeed(connection, fence, result=result, at=evaluation.created_at)

    def find(self, model: str) -> tuple[StoredEvaluation, ...]:
        """Return the evaluations of `name@version`, newest first.

        Raises:
            InvalidValue: if the model is not given as `name@version`.
        """
        name, version = _split(model)
        table = MODEL_EVALUATIONS.c
        statement = (
            sa.select(MODEL_EVALUATIONS)
            .where(
                table.tenant == self._database.tenant,
                table.model_name == name,
                table.model_version == version,
            )
            .order_by(table.created_at.desc(), table.id.desc())
        )
        with self._database.reading() as connection:
            return tuple(_from_row(row) for row in connection.execute(statement).mappings())


def _split(reference: str) -> tuple[str, int]:
    parsed = ModelReference.parse(reference)
    if parsed.version is None:
        raise InvalidValue(
            f"An evaluation belongs to one version of a model; '{reference}' came.",
            fix=f"Name the version, e.g. '{parsed.name}@1'.",
            sample=reference,
        )
    return parsed.name, parsed.version


def _from_row(row: sa.RowMapping) -> StoredEvaluation:
    return StoredEvaluation(
        model=f"{row['model_name']}@{row['model_version']}",
        labels=tuple(row["labels"]),
        confusion=tuple(tuple(counts) for counts in row["confusion"]),
        **{name: row[name] for name in _PLAIN},
    )
