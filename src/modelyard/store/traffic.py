"""The traffic of a tenant's deployments, counted by the minute and by the hour as it is loaded."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from modelyard.domain.identities import ModelAccess
from modelyard.domain.logged_predictions import LoggedPrediction
from modelyard.domain.traffic import Step, Tally, Traffic
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.grants import given
from modelyard.store.tables.predictions import PREDICTION_TRAFFIC

# Which steps are told from counts of minutes; the others from counts of hours.
_OF_MINUTES = (Step.MINUTE, Step.TEN_MINUTES)


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
        step = Step.MINUTE if Step.between(since, until) in _OF_MINUTES else Step.HOUR
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
    connection: sa.Connection, predictions: Iterable[LoggedPrediction], *, tenant: str
) -> None:
    """Count predictions in the transaction that keeps them."""
    held: dict[_Place, list[LoggedPrediction]] = defaultdict(list)
    for each in predictions:
        held[_place(each)].append(each)
    tallies = {
        place: Tally.sum(
            (Tally.of(many), *(Tally.of_truth(each) for each in many if each.truth is not None))
        )
        for place, many in held.items()
    }
    _add(connection, tenant, tallies)


def count_truths(
    connection: sa.Connection,
    changes: Iterable[tuple[LoggedPrediction, LoggedPrediction]],
    *,
    tenant: str,
) -> None:
    """Count truths in the transaction that attaches them.

    Args:
        connection: of the transaction.
        changes: each prediction as it was, and as it is now.
        tenant: whose predictions these are.
    """
    held: dict[_Place, list[Tally]] = defaultdict(list)
    for before, after in changes:
        gained = Tally.of_truth(after).without_truth(Tally.of_truth(before))
        held[_place(after)].append(gained)
    _add(connection, tenant, {place: Tally.sum(many) for place, many in held.items()})


def _place(prediction: LoggedPrediction) -> _Place:
    name, _, version = prediction.model.partition("@")
    start = Step.MINUTE.start_of(prediction.at)
    return _Place(prediction.deployment, Step.MINUTE, start, name, int(version or 0))


def _add(connection: sa.Connection, tenant: str, minutes: Mapping[_Place, Tally]) -> None:
    """Add what was counted of minutes to what is kept of them, and of their hours."""
    by_hour: dict[_Place, list[Tally]] = defaultdict(list)
    for place, tally in minutes.items():
        by_hour[place._replace(step=Step.HOUR, at=Step.HOUR.start_of(place.at))].append(tally)
    hours = {place: Tally.sum(held) for place, held in by_hour.items()}
    table = PREDICTION_TRAFFIC.c
    for place, tally in (*minutes.items(), *hours.items()):
        key = place._asdict()
        is_it = [table[name] == value for name, value in key.items()]
        chosen = sa.select(table.tally).where(table.tenant == tenant, *is_it)
        kept = connection.execute(chosen).scalar()
        whole = tally if kept is None else Tally.sum((Tally.from_dict(kept), tally))
        row = {"tenant": tenant, **key, "n_rows": whole.n_rows, "tally": whole.to_dict()}
        put(connection, PREDICTION_TRAFFIC, values=row, replacing=["n_rows", "tally"])
