"""The record of deeds: who did what to what, in a chain in which each link holds the one before."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# Before the first link.
ORIGIN = "0" * 64


@dataclass(frozen=True)
class AuditEvent:
    """A deed in a tenant, as one link of the tenant's chain.

    Attributes:
        tenant: in which it was done.
        number: 1 for the tenant's first; none is left out.
        at: when.
        actor: subject of the caller, or `system`.
        action: a noun and a verb, e.g. `model.promote`.
        target: what it was done to, e.g. `iris@3`.
        details: what else is worth knowing; never a secret.
        previous: `sha256` of the event before, `ORIGIN` for the first.
    """

    tenant: str
    number: int
    at: datetime
    actor: str
    action: str
    target: str
    details: Mapping[str, Any] = field(default_factory=dict)
    previous: str = ORIGIN

    @property
    def sha256(self) -> str:
        """SHA-256 over everything that the event says, the link before included."""
        told = [
            self.tenant,
            self.number,
            self.at.astimezone(UTC).isoformat(),
            self.actor,
            self.action,
            self.target,
            self.details,
            self.previous,
        ]
        text = json.dumps(told, allow_nan=False, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class AuditQuery:
    """Which events to list, the newest first; None filters nothing.

    Attributes:
        limit: most events to return, None for all.
        cursor: of the page before; None begins with the newest.
    """

    actor: str | None = None
    action: str | None = None
    target: str | None = None
    limit: int | None = None
    cursor: str | None = None


@dataclass(frozen=True)
class AuditCheck:
    """What became of checking a chain.

    Attributes:
        tenant: whose chain it is.
        n_events: how many links hold, from the first on.
        head: `sha256` of the last of them. Kept elsewhere, it proves later that nothing up to it
            was made anew.
        broken_at: number of the first event that does not hold; None where all do.
        reason: why it does not; empty where all do.
    """

    tenant: str
    n_events: int
    head: str
    broken_at: int | None = None
    reason: str = ""


def check_chain(
    tenant: str, links: Iterable[tuple[AuditEvent, str]], *, last: tuple[int, str]
) -> AuditCheck:
    """Walk a chain from its first link and stop at the first that does not hold.

    Args:
        tenant: whose chain it is.
        links: the events as they are kept with the hash that stands beside each, in the order of
            their numbers.
        last: number and hash of the last event as they are kept apart from the chain; (0, `ORIGIN`)
            before the first.
    """
    n_events, head = 0, ORIGIN
    for event, kept in links:
        reason = _reason_against(event, kept, number=n_events + 1, head=head)
        if reason:
            return AuditCheck(tenant, n_events, head, n_events + 1, reason)
        n_events, head = event.number, kept
    if n_events < last[0]:
        reason = "It was deleted, and all that followed it."
        return AuditCheck(tenant, n_events, head, n_events + 1, reason)
    if (n_events, head) != last:
        return AuditCheck(tenant, n_events, head, n_events, "It was put in by another hand.")
    return AuditCheck(tenant, n_events, head)


def _reason_against(event: AuditEvent, kept: str, *, number: int, head: str) -> str:
    if event.number != number:
        return "It was deleted, or moved."
    if event.sha256 != kept:
        return "It was altered, or moved."
    if event.previous != head:
        return "It does not follow the event before: that one was altered, or this one moved."
    return ""
