"""The trials of searches: one row each, kept as they end, whatever becomes of the training."""

from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from modelyard.domain.plain import to_plain
from modelyard.domain.trials import Trial, TrialStatus, best_first
from modelyard.store.databases import TenantDatabase
from modelyard.store.tables.trials import HYPERPARAMETER_CONFIGS


class Trials:
    """Records of `hyperparameter_configs`; they go when their run is deleted."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def add(self, run_id: str, trial: Trial) -> None:
        """Remember a trial of a run.

        Raises:
            InvalidValue: if the run has a trial of this number already.
            NotFound: if there is no such run.
        """
        row: dict[str, Any] = {each.name: getattr(trial, each.name) for each in fields(trial)}
        row["parameters"] = to_plain(trial.parameters, "parameters")
        row["fold_scores"] = list(trial.fold_scores)
        row |= {"tenant": self._database.tenant, "job_id": run_id}
        with self._database.writing() as connection:
            connection.execute(sa.insert(HYPERPARAMETER_CONFIGS).values(row))

    def find(self, run_id: str) -> tuple[Trial, ...]:
        """Return the trials of a run, the best first, those that did not succeed behind them."""
        columns = HYPERPARAMETER_CONFIGS.c
        chosen = (
            sa.select(HYPERPARAMETER_CONFIGS)
            .where(columns.tenant == self._database.tenant, columns.job_id == run_id)
            .order_by(columns.number)
        )
        with self._database.reading() as connection:
            rows = connection.execute(chosen).mappings().all()
        return best_first(tuple(_from_row(row) for row in rows))


def _from_row(row: sa.RowMapping) -> Trial:
    known = {name: value for name, value in row.items() if name not in {"tenant", "job_id"}}
    known["status"] = TrialStatus(row["status"])
    known["fold_scores"] = tuple(row["fold_scores"])
    return Trial(**known)
