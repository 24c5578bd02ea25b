"""What a flow may ask of a transport: to send, read, pause, work or tell; and what it is answered.

A flow is a generator: it yields steps and is sent replies, so that the same one is carried out by
a transport that waits and by one that does not. httpx builds its authentication that way.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeAlias, TypeVar

from modelyard.client.requests import Request

Told_co = TypeVar("Told_co", covariant=True)
Result = TypeVar("Result")


@dataclass(frozen=True)
class Send:
    """Send a request.

    Attributes:
        request: to be sent.
        is_open: whether the body of the answer is left to be read piece by piece.
    """

    request: Request
    is_open: bool = False


@dataclass(frozen=True)
class Read:
    """Read the next piece of the body that was left open."""


@dataclass(frozen=True)
class Pause:
    """Let time pass."""

    seconds: float


@dataclass(frozen=True)
class Work:
    """Do what waits for the disk; what it returns is the content of the reply."""

    do: Callable[[], bytes]


@dataclass(frozen=True)
class Tell(Generic[Told_co]):
    """Hand an item to whoever iterates."""

    item: Told_co


@dataclass(frozen=True)
class Reply:
    """What came of a step.

    Attributes:
        status: of an answer.
        headers: of an answer, by name in lower case.
        content: of an answer, or a piece of it; empty where it has ended.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    content: bytes = b""


Step: TypeAlias = Send | Read | Pause | Work
# Ends with a result.
Flow: TypeAlias = Generator[Step, Reply, Result]
# Tells items on its way.
Feed: TypeAlias = Generator[Step | Tell[Result], Reply, None]
