"""Counts requests, predictions and their time, for Prometheus or as JSON.

One worker counts in its own memory. Several count in files of one folder, and whichever is asked
answers for all, so that a sum never depends on which worker a scrape met.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from modelyard.serving.exchanges import Work
from modelyard.serving.shelf import Served

CONTENT_TYPE = CONTENT_TYPE_LATEST
STAGES = ("read", "predict", "write", "total")
# From a linear model of one row to a batch that fills the longest body.
_BUCKETS = (5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)


class Meters:
    """The meters of one worker."""

    def __init__(self, folder: Path | None = None) -> None:
        """Make the meters.

        Args:
            folder: where several workers count together; None for one worker.
        """
        self._folder = folder
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "requests_total", "Requests.", ("endpoint", "status"), registry=registry
        )
        self._predictions = Counter(
            "predictions_total", "Rows answered.", ("model", "class"), registry=registry
        )
        self._latency = Histogram(
            "prediction_latency_seconds",
            "Time to answer a request, by stage.",
            ("model", "stage"),
            buckets=_BUCKETS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "requests_in_flight",
            "Requests for predictions on their way.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._accuracy = self._gauge("model_accuracy", "Accuracy on the test rows.")
        self._metric = self._gauge("model_metric", "Deciding metric on the test rows.", "metric")
        self._loaded = self._gauge("model_loaded", "1 for what answers, 0 for what did.", "version")
        self._shown: set[tuple[str, str]] = set()
        # A child is found by its labels once; from then on counting is a matter of a microsecond.
        self._children: dict[tuple[Any, ...], Any] = {}

    def count(self, endpoint: str, status: int, *, seconds: float, work: Work | None) -> None:
        """Count one request and what it answered."""
        self._child(self._requests, endpoint, str(status)).inc()
        if work is None:
            return
        for label, n_rows in work.classes.items():
            self._child(self._predictions, work.model, str(label)).inc(n_rows)
        taken = (work.read_s, work.predict_s, work.write_s, seconds)
        for stage, each in zip(STAGES, taken, strict=True):
            self._child(self._latency, work.model, stage).observe(each)

    def show(self, models: Iterable[Served]) -> None:
        """Show what is known of the models that answer now."""
        for labels in self._shown:
            self._loaded.labels(*labels).set(0)
        for served in models:
            manifest, labels = served.manifest, (served.name, served.version)
            self._shown.add(labels)
            self._loaded.labels(*labels).set(1)
            accuracy = manifest.metrics.get("accuracy", {}).get("value")
            if accuracy is not None:
                self._accuracy.labels(served.name).set(accuracy)
            value = manifest.metrics.get(manifest.metric, {}).get("value")
            if value is not None:
                self._metric.labels(served.name, manifest.metric).set(value)

    def as_text(self) -> bytes:
        """Return everything that was counted, as Prometheus reads it."""
        return generate_latest(self._whole())

    def as_json(self) -> Mapping[str, Any]:
        """Return the same as JSON values: name to samples."""
        found: dict[str, Any] = {}
        for metric in self._whole().collect():
            for sample in metric.samples:
                if not sample.name.endswith("_created"):
                    told = {"labels": dict(sample.labels), "value": sample.value}
                    found.setdefault(sample.name, []).append(told)
        return found

    def _whole(self) -> CollectorRegistry:
        if self._folder is None:
            return self._registry
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(self._folder))  # type: ignore[no-untyped-call]  # the library leaves it untyped
        return registry

    def _child(self, metric: Any, *labels: str) -> Any:
        key = (metric, *labels)
        found = self._children.get(key)
        if found is None:
            found = self._children[key] = metric.labels(*labels)
        return found

    def _gauge(self, name: str, told: str, *labels: str) -> Gauge:
        return Gauge(
            name,
            told,
            ("model", *labels),
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )
