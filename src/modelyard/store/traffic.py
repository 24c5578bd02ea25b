"""The traffic of a tenant's deployments, counted by the minute and by the hour as it is loaded."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from modelyard.domain.identities import ModelAccess
from modelyard.domain.logged_predictions import LoggedPrediction
from modelyard.domain.traffic import Step, Tally, Traffic
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.grants import given
from modelyard.store.tables.predictions import PREDICTION_TRAFFIC

# Shorter times are told by the minute; of longer ones some 3,000 rows of minutes would be read.
_LONGEST_BY_MINUTES = timedelta(days=2)


class _Place(NamedTuple):
    """What is counted apart."""

    deployment: str
    step: Step
    at: datetime
    model_name: str
    model_version: int


class TrafficCounts:
    """The counts of one tenant."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def of(
        self, deployment: str, *, since: datetime, until: datetime, access: ModelAccess
    ) -> Traffic:
        """Return what a deployment has answered between two times.

        Args:
            deployment: by its name.
            since: from which on, as far back as the step began in which it lies.
            until: before which.
            access: to models by their names; what others have answered is left out.
        """
        is_short = until - since <= _LONGEST_BY_MINUTES
        step = Step.MINUTE if is_short else Step.HOUR
        table = PREDICTION_TRAFFIC.c
        chosen = sa.select(table.at, table.tally).where(
            table.tenant == self._database.tenant,
            table.deployment == deployment,
            table.step == step,
            table.at >= step.start_of(since),
            table.at < until,
            given(table.model_name, access),
        )
        with self._database.reading() as connection:
            rows = connection.execute(chosen).all()
        told = ((row.at, Tally.from_dict(row.tally)) for row in rows)
        return Traffic.of(told, since=since, until=until)


def count_predictions(
    connection: sa.Connection, tenant: str, predictions: Iterable[LoggedPrediction]
) -> None:
    """Count predictions in the transaction that keeps them."""
    tallies = ((each, Tally.of(each).plus(Tally.of_truth(each))) for each in predictions)
    _add(connection, tenant, tallies)


def count_truths(
    connection: sa.Connection,
    tenant: str,
    changes: Iterable[tuple[LoggedPrediction, LoggedPrediction]],
) -> None:
    """Count truths in the transaction that attaches them.

    Args:
        connection: of the transaction.
        tenant: whose predictions these are.
        changes: each prediction as it was, and as it is now.
    """
    tallies = (
        (after, Tally.of_truth(after).without_truth(Tally.of_truth(before)))
        for before, after in changes
    )
    _add(connection, tenant, tallies)


def _add(
    connection: sa.Connection, tenant: str, tallies: Iterable[tuple[LoggedPrediction, Tally]]
) -> None:
    by_minute: dict[_Place, Tally] = {}
    for prediction, tally in tallies:
        name, _, version = prediction.model.partition("@")
        start = Step.MINUTE.start_of(prediction.at)
        place = _Place(prediction.deployment, Step.MINUTE, start, name, int(version or 0))
        by_minute[place] = by_minute.get(place, Tally()).plus(tally)
    by_hour: dict[_Place, Tally] = {}
    for minute, tally in by_minute.items():
        hour = minute._replace(step=Step.HOUR, at=Step.HOUR.start_of(minute.at))
        by_hour[hour] = by_hour.get(hour, Tally()).plus(tally)
    table = PREDICTION_TRAFFIC.c
    for place, tally in (*by_minute.items(), *by_hour.items()):
        key = place._asdict()
        is_it = [table[name] == value for name, value in key.items()]
        chosen = sa.select(table.tally).where(table.tenant == tenant, *is_it)
        kept = connection.execute(chosen).scalar()
        whole = tally if kept is None else Tally.from_dict(kept).plus(tally)
        row = {"tenant": tenant, **key, "n_rows": whole.n_rows, "tally": whole.to_dict()}
        put(connection, PREDICTION_TRAFFIC, values=row, replacing=["n_rows", "tally"])
