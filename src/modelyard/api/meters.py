"""Counts what the API answers, for Prometheus; nothing here tells one tenant from another."""

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST
# From a look-up by key to a list of thousands; longer work is a job.
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Meters:
    """The meters of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "modelyard_api_requests",
            "Requests that were answered.",
            ("method", "endpoint", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "modelyard_api_request_seconds",
            "Time to answer a request.",
            ("method", "endpoint"),
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def count(self, method: str, endpoint: str, *, status: int, seconds: float) -> None:
        """Count one request.

        Args:
            method: of the request.
            endpoint: its path with names left open.
            status: that was answered.
            seconds: that the answer took.
        """
        known = method if method in _METHODS else "other"
        self._requests.labels(known, endpoint, str(status)).inc()
        self._seconds.labels(known, endpoint).observe(seconds)

    def as_text(self) -> bytes:
        """Return what was counted."""
        return generate_latest(self._registry)


# A client may send any word as a method: each would be a series of its own for ever.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
