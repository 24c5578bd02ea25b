"""An executor runs pieces of work elsewhere, where they can be stopped and measured."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

# What is run: it takes what all pieces of work share, and its own, and yields results as they come.
Work = Callable[[Any, Any], Iterator[Any]]


class Outcome(StrEnum):
    """What is told of a piece of work."""

    RESULT = "result"
    ENDED = "ended"
    FAILED = "failed"
    STOPPED = "stopped"
    TOO_LARGE = "too_large"


@dataclass(frozen=True)
class Notice:
    """One thing that is told of a piece of work.

    Attributes:
        number: of the piece of work.
        outcome: a result, of which there may be several, or how it ended.
        result: what it yielded; None where it is no result.
        reason: in words, why it failed.
        cpu_s: processor time that it took, where it has ended.
        wall_s: seconds from its beginning, which may be later than it was handed over, to its end.
        peak_bytes: the most memory that it held for itself, where it has ended.
        is_crowded: whether one that was too large would have had room with nothing beside it.
    """

    number: int
    outcome: Outcome
    result: Any = None
    reason: str = ""
    cpu_s: float = 0.0
    peak_bytes: int = 0
    wall_s: float = 0.0
    is_crowded: bool = False

    @property
    def is_last(self) -> bool:
        """Whether nothing more will be told of this piece of work."""
        return self.outcome is not Outcome.RESULT


@dataclass(frozen=True)
class ExecutorCard:
    """Facts about an executor.

    Attributes:
        key, title, summary: for users.
    """

    key: str
    title: str
    summary: str


class Pool(Protocol):
    """A place that has been opened, with room for some pieces of work at a time."""

    @property
    def n_places(self) -> int:
        """How many pieces of work it has room for."""
        ...

    @property
    def n_free(self) -> int:
        """How many more pieces of work it has room for."""
        ...

    @property
    def room_bytes(self) -> int | None:
        """How much memory the pieces may hold together beside what is held already.

        None for no limit, negative where more is held than is allowed. It is asked once what all
        share has been handed over.
        """
        ...

    @property
    def base_bytes(self) -> int:
        """How much memory is held beside the pieces, 0 where that is not known; asked likewise."""
        ...

    def share(self, shared: Any) -> None:
        """Hand over, once and before anything is submitted, what all pieces of work need."""
        ...

    def submit(self, number: int, work: Work, *, argument: Any) -> None:
        """Start a piece of work.

        Args:
            number: that no other piece has.
            work: an importable function.
            argument: its second argument; the first is what all share.
        """
        ...

    def wait(self, timeout_s: float) -> Sequence[Notice]:
        """Return what was told since, at once where there is something, else after a while."""
        ...

    def stop(self, number: int) -> None:
        """End a piece of work wherever it stands; that it ended is still told."""
        ...

    def close(self) -> None:
        """End everything that still runs."""
        ...


class Executor(Protocol):
    """Opens places to work in."""

    @property
    def card(self) -> ExecutorCard:
        """Facts about the executor."""
        ...

    def open(self, *, n_places: int, memory_bytes: int | None, modules: Sequence[str] = ()) -> Pool:
        """Open a place.

        Args:
            n_places: pieces of work at a time.
            memory_bytes: most that this process and all pieces together may hold, with what they
                share; None for no limit. Where they hold more, the largest piece is ended.
            modules: that work is likely to import; they are loaded while others prepare it.
        """
        ...
