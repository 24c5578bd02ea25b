"""Looks whether the platform can do its work, in words that anybody may read."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from modelyard.domain.errors import ModelyardError
from modelyard.domain.jobs import WorkerSeen
from modelyard.services.health import LEAST_FREE_BYTES
from modelyard.store.claims import Claims

# A worker is looked for again after as long as a job of a dead one waits at most.
_SEEN_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True)
class PlatformPart:
    """One thing that the platform stands on.

    Attributes:
        is_vital: whether nothing can be answered without it.
    """

    name: str
    is_sound: bool
    detail: str
    is_vital: bool = True


@dataclass(frozen=True)
class PlatformHealthService:
    """Examines what every request stands on, and what jobs wait for.

    Attributes:
        home: the project folder.
        claims: opens the database and returns who works.
    """

    home: Path
    claims: Callable[[], Claims]
    now: Callable[[], datetime]

    def examine(self) -> tuple[PlatformPart, ...]:
        """Look at everything; what is not sound does not hide the rest."""
        try:
            workers = self.claims().workers()
        except ModelyardError:
            database = PlatformPart("database", is_sound=False, detail="It does not answer.")
            return (database, self._disk())
        database = PlatformPart("database", is_sound=True, detail="It answers.")
        return (database, self._disk(), self._working(workers))

    def _disk(self) -> PlatformPart:
        folder = next(each for each in (self.home, *self.home.parents) if each.exists())
        free = shutil.disk_usage(folder).free
        is_sound = free >= LEAST_FREE_BYTES
        # What is kept can still be read.
        detail = f"{free / 1e9:.1f} GB are free."
        return PlatformPart("disk", is_sound=is_sound, detail=detail, is_vital=False)

    def _working(self, workers: Sequence[WorkerSeen]) -> PlatformPart:
        since = self.now() - _SEEN_WITHIN
        n_alive = sum(each.seen_at >= since for each in workers)
        told = f"{n_alive} seen within {_SEEN_WITHIN.total_seconds():g} s."
        return PlatformPart("workers", is_sound=n_alive > 0, detail=told, is_vital=False)
