"""The record of deeds: written in the transaction of the deed itself, and checked on demand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modelyard.domain.audits import AuditCheck, AuditEvent, AuditQuery
from modelyard.domain.identities import Caller
from modelyard.domain.plain import to_plain
from modelyard.domain.queries import Page
from modelyard.store.audits import Audits


@dataclass(frozen=True)
class Audit:
    """Keeps and checks the deeds in one tenant."""

    audits: Audits
    now: Callable[[], datetime]

    def together(self, *, makes_room: bool = False) -> AbstractContextManager[None]:
        """Let what is written within, the record of it included, appear together or not at all.

        Whatever no database takes back, e.g. deleting files, is done after it.

        Args:
            makes_room: whether it is done on a full disk too: it deletes, or lets those in who do.
        """
        return self.audits.together(makes_room=makes_room)

    def record(
        self,
        caller: Caller,
        action: str,
        *,
        target: str,
        details: Mapping[str, Any] | None = None,
    ) -> AuditEvent:
        """Record a deed; within `together`, in the same transaction as the deed.

        Args:
            caller: who did it.
            action: a noun and a verb, e.g. `model.promote`.
            target: what it was done to, e.g. `iris@3`.
            details: what else is worth knowing, plain JSON values and never a secret.
        """
        return self.audits.add(
            at=self.now(),
            actor=caller.subject,
            action=action,
            target=target,
            details=to_plain(details or {}, "details"),
        )

    @contextmanager
    def recorded(
        self,
        caller: Caller,
        action: str,
        *,
        target: str,
        details: Mapping[str, Any] | None = None,
        makes_room: bool = False,
    ) -> Iterator[None]:
        """Record what is done within as one deed, told as `record` and `together` take it.

        Where it fails, nothing of it is kept.
        """
        with self.together(makes_room=makes_room):
            yield
            self.record(caller, action, target=target, details=details)

    def page(self, query: AuditQuery) -> Page[AuditEvent]:
        """Return a part of the deeds that the query asks for, the newest first.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        return self.audits.page(query)

    def verify(self) -> AuditCheck:
        """Say whether a link of the chain was deleted, altered or moved, and which is the first."""
        return self.audits.verify()
