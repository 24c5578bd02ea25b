"""Tells which workers are gone: by their process where it can be seen, else by their silence.

Silence is measured on the watcher's own monotonic clock, from the moment at which it saw the last
beat. No time of day takes part, neither of a machine nor of the database.
"""

from collections.abc import Callable, Iterable

from modelyard.domain.jobs import WorkerSeen

# Seconds between two beats. Source: the default of Kubernetes' leader election, RetryPeriod.
BEAT_EVERY_S = 2.0
# Seconds of silence after which a worker has lost its jobs: half of the minute within which a job
# goes on. LeaseDuration there is 15 s, which a worker on a machine that computes may need itself.
LEASE_S = 30.0


class Watch:
    """What one worker has seen of the others."""

    def __init__(self, *, is_gone: Callable[[str], bool], lease_s: float = LEASE_S) -> None:
        """Take what tells of a process's mark whether it has surely ended."""
        self._is_gone, self._lease_s = is_gone, lease_s
        self._seen: dict[str, tuple[int, float]] = {}

    def gone(self, workers: Iterable[WorkerSeen], *, now: float) -> tuple[str, ...]:
        """Return the ids of those that are gone.

        Args:
            workers: as they stand in the database.
            now: seconds, monotonic.
        """
        seen, self._seen = self._seen, {}
        gone = []
        for each in workers:
            beats, since = seen.get(each.id, (-1, now))
            if beats != each.beats:
                since = now
            self._seen[each.id] = each.beats, since
            if now - since > self._lease_s or self._is_gone(each.process):
                gone.append(each.id)
        return tuple(gone)
