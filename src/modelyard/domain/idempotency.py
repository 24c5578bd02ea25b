"""Requests that create something at most once, however often they are sent."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class KeyedRequest:
    """A request under a key that its sender chose.

    Attributes:
        subject: whose key it is; two callers may choose the same.
        key: the same for every repetition.
        fingerprint: SHA-256 of all that is asked for.
        attempt: of this repetition alone.
    """

    subject: str
    key: str
    fingerprint: str
    attempt: str


@dataclass(frozen=True)
class KeptAnswer:
    """What the first request was answered.

    Attributes:
        headers: besides length and date.
        body: None where it held a secret, which is told once.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | None
