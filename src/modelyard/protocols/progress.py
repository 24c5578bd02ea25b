"""How long work tells what it is doing, without knowing who listens."""

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of one piece of work."""

    def stage(self, title: str) -> None:
        """Say that a new stage begins."""
        ...

    def advance(self, done: int, total: int) -> None:
        """Say that `done` of `total` units of the current stage are finished."""
        ...

    def say(self, words: str) -> None:
        """Say where the current stage stands."""
        ...


class Silence:
    """Progress that nobody listens to."""

    def stage(self, title: str) -> None:
        """Pass over the stage."""

    def advance(self, done: int, total: int) -> None:
        """Pass over the units."""

    def say(self, words: str) -> None:
        """Pass over the words."""
