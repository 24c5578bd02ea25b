"""The chain of a tenant's deeds: it is added to and read, and nothing here changes a link."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from modelyard.domain.audits import ORIGIN, AuditCheck, AuditEvent, AuditQuery, check_chain
from modelyard.domain.queries import Page
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.listing import Paging, SortKey
from modelyard.store.tables.audits import AUDIT_EVENTS, AUDIT_HEADS

# A chain is walked without being held in memory.
_WALKING = MappingProxyType({"yield_per": 1000})


class Audits:
    """The chain of one tenant."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    @property
    def tenant(self) -> str:
        """Whose chain it is."""
        return self._database.tenant

    @contextmanager
    def together(self, *, makes_room: bool = False) -> Iterator[None]:
        """Let everything that this thread's stores write within appear together, or not at all.

        Args:
            makes_room: whether it may use the room that is kept for those who delete.
        """
        with self._database.writing(makes_room=makes_room):
            yield

    def add(
        self, *, at: datetime, actor: str, action: str, target: str, details: Mapping[str, Any]
    ) -> AuditEvent:
        """Add a link, in the transaction that is open where one is."""
        with self._database.writing() as connection:
            number, head = self._last(connection)
            event = AuditEvent(
                tenant=self.tenant,
                number=number + 1,
                at=at,
                actor=_kept(actor),
                action=action,
                target=_kept(target),
                details=dict(details),
                previous=head,
            )
            connection.execute(sa.insert(AUDIT_EVENTS).values(**asdict(event), sha256=event.sha256))
            row = {"tenant": self.tenant, "number": event.number, "sha256": event.sha256}
            put(connection, AUDIT_HEADS, values=row, replacing=["number", "sha256"])
        return event

    def page(self, query: AuditQuery) -> Page[AuditEvent]:
        """Return a part of the events that the query asks for, the newest first.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        table = AUDIT_EVENTS.c
        exact = {
            table.actor: query.actor,
            table.action: query.action,
            table.target: query.target,
        }
        conditions = [column == value for column, value in exact.items() if value is not None]
        scope = ("audit_events", self.tenant, *map(str, exact.values()))
        newest = SortKey(table.number, is_descending=True)
        paging = Paging((newest,), query.limit, query.cursor, scope)
        chosen = sa.select(AUDIT_EVENTS).where(table.tenant == self.tenant, *conditions)
        with self._database.reading() as connection:
            rows = connection.execute(paging.apply(chosen)).mappings().all()
        found, following = paging.cut(rows)
        return Page(tuple(_to_link(row)[0] for row in found), following)

    def verify(self) -> AuditCheck:
        """Walk the chain from its first link."""
        chosen = (
            sa.select(AUDIT_EVENTS)
            .where(AUDIT_EVENTS.c.tenant == self.tenant)
            .order_by(AUDIT_EVENTS.c.number)
        )
        with self._database.reading() as connection:
            last = self._last(connection)
            # Closed also where the walk ends early.
            with connection.execute(chosen, execution_options=_WALKING) as rows:
                return check_chain(self.tenant, map(_to_link, rows.mappings()), last=last)

    def _last(self, connection: sa.Connection) -> tuple[int, str]:
        chosen = sa.select(AUDIT_HEADS.c.number, AUDIT_HEADS.c.sha256)
        row = connection.execute(chosen.where(AUDIT_HEADS.c.tenant == self.tenant)).one_or_none()
        return (0, ORIGIN) if row is None else (row.number, row.sha256)


def _to_link(row: sa.RowMapping) -> tuple[AuditEvent, str]:
    facts = {column.name: row[column.name] for column in AUDIT_EVENTS.c}
    sha256 = facts.pop("sha256")
    return AuditEvent(**facts), sha256


def _kept(text: str) -> str:
    """Return a text as the database gives it back, so that its hash is that of what is read."""
    return text.encode(errors="backslashreplace").decode()
