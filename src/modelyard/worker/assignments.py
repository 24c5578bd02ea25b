"""What a worker hands to the process that does a job, and what that process says meanwhile.

The assignment goes in through the standard input, as one JSON document. Lines of JSON come back
through a pipe of their own, so that what a library prints is never taken for one of them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from modelyard.domain.jobs import Fence, Job, JobKind, Limits


@dataclass(frozen=True)
class Assignment:
    """One attempt at a job.

    Attributes:
        limits: without gaps where the worker knows one.
        folder: for what a later attempt can go on from; deleted with the job's end.
    """

    fence: Fence
    kind: JobKind
    payload: Mapping[str, Any]
    limits: Limits
    folder: Path

    @classmethod
    def of(cls, job: Job, *, limits: Limits, folder: Path) -> Self:
        """Return the assignment of a job that was claimed."""
        return cls(job.fence, job.kind, job.payload, limits, folder)

    @property
    def temporary(self) -> Path:
        """A folder for what is of use during this attempt alone."""
        return self.folder / f"attempt-{self.fence.token}"

    @property
    def wish(self) -> Path:
        """A file that is there once the search is to end with the best so far."""
        return self.folder / "finish"

    def to_json(self) -> bytes:
        """Return the document that `from_json` reads."""
        return json.dumps(asdict(self) | {"folder": str(self.folder)}).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Read what `to_json` wrote."""
        raw = json.loads(content)
        return cls(
            fence=Fence(**raw["fence"]),
            kind=JobKind(raw["kind"]),
            payload=raw["payload"],
            limits=Limits(**raw["limits"]),
            folder=Path(raw["folder"]),
        )


class Report:
    """Tells the worker how far a job is; fulfils `protocols.progress.Progress`."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        """Take what sends one message."""
        self._write = write

    def stage(self, title: str) -> None:
        """Say that a new stage begins."""
        self._send(stage=title)

    def advance(self, done: int, total: int) -> None:
        """Say that `done` of `total` units of the current stage are finished."""
        self._send(done=done, total=total)

    def say(self, words: str) -> None:
        """Say where the current stage stands."""
        self._send(words=words)

    def run(self, id_: str) -> None:
        """Say which training this is."""
        self._send(run=id_)

    def failed(self, problem: str, reason: str) -> None:
        """Say why the job ends without a result."""
        self._send(problem=problem, reason=reason)

    def _send(self, **told: Any) -> None:
        self._write(json.dumps(told).encode() + b"\n")
