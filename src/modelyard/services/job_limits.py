"""What a job may use that names no limits of its own."""

from dataclasses import replace

from modelyard.domain.jobs import Limits
from modelyard.kit.memory import memory_limit


def with_defaults(limits: Limits, *, n_places: int, n_threads: int) -> Limits:
    """Return the limits of a job, with an equal share of the machine where it names none.

    Half of the memory is for jobs, as it is for tables: the rest is for the data that the system
    caches, and for the other processes of the platform.
    """
    return replace(
        limits,
        memory_bytes=limits.memory_bytes or memory_limit() // n_places,
        n_threads=limits.n_threads or max(n_threads // n_places, 1),
    )
