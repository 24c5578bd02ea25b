"""The deployments of every tenant, for whoever looks after their processes: one watcher for each.

A watcher claims them for a while, across tenants, as its machine serves them all; what it reports
counts only while its claim holds.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modelyard.domain.deployments import Deployment, DeploymentState
from modelyard.store.databases import Database
from modelyard.store.deployments import to_deployment
from modelyard.store.tables.deployments import DEPLOYMENTS


class WatchedDeployments:
    """What watchers share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, watcher: str, *, at: datetime, until: datetime) -> Sequence[Deployment]:
        """Return the deployments that this watcher is to look after until then.

        Those that it had it keeps; those that nobody looks after, or nobody any more, it takes.
        """
        table = DEPLOYMENTS.c
        is_free = table.watched_until.is_(None) | (table.watched_until <= at)
        has_to_be_watched = table.is_wanted | (table.state != DeploymentState.STOPPED)
        claimed = (
            sa.update(DEPLOYMENTS)
            .where(has_to_be_watched, is_free | (table.watcher == watcher))
            .values(watcher=watcher, watched_until=until)
            .returning(DEPLOYMENTS)
        )
        with self._database.writing() as connection:
            rows = connection.execute(claimed).mappings().all()
        return tuple(to_deployment(row) for row in rows)

    def report(self, seen: Deployment, watcher: str) -> bool:
        """Keep what a watcher has seen of a process, unless the deployment is another's by now.

        What was asked for since the deployment was claimed is left as it is.

        Returns:
            Whether it was kept.
        """
        table = DEPLOYMENTS.c
        is_same = (
            (table.tenant == seen.tenant)
            & (table.name == seen.name)
            & (table.watcher == watcher)
            & (table.changed_at == seen.changed_at)
        )
        told: dict[str, Any] = {
            "state": seen.state,
            "url": seen.url,
            "reason": seen.reason,
            "n_restarts": seen.n_restarts,
            "ready_at": seen.ready_at,
        }
        with self._database.writing() as connection:
            changed = sa.update(DEPLOYMENTS).where(is_same).values(**told)
            return connection.execute(changed).rowcount == 1

    def release(self, watcher: str) -> None:
        """Let others look after what this watcher did."""
        mine = DEPLOYMENTS.c.watcher == watcher
        free = sa.update(DEPLOYMENTS).where(mine).values(watcher=None, watched_until=None)
        with self._database.writing() as connection:
            connection.execute(free)

    def every(self) -> Sequence[Deployment]:
        """Return the deployments of all tenants, those too that are not wanted any more."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(DEPLOYMENTS)).mappings()
            return tuple(to_deployment(row) for row in rows)
