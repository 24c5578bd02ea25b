"""Counts requests, predictions and their time, for Prometheus or as JSON.

Counting happens in plain lists, since a request is answered in the time of some fifty calls; only a
scrape makes metrics of them. Several workers leave what they counted in files of one folder, and
whichever is asked sums up: what a scrape meets is at most a second old.
"""

import os
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import msgspec
from prometheus_client.core import (
    CollectorRegistry,
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from modelyard.serving.exchanges import Work
from modelyard.serving.shelf import Served

CONTENT_TYPE = CONTENT_TYPE_LATEST
# Seconds after which another worker's counts are seen.
SHARE_S = 1.0
STAGES = ("read", "predict", "write", "total")
# From a linear model of one row to a batch that fills the longest body.
_BUCKETS = (5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)
_N_CELLS = len(_BUCKETS) + 1


class Counts(msgspec.Struct):
    """What one worker has counted.

    Attributes:
        requests: by endpoint and status.
        predictions: rows by model and answer.
        times: by model, for each stage how many requests fell between two bounds.
        seconds: by model, the sum for each stage.
    """

    requests: dict[tuple[str, int], int] = msgspec.field(default_factory=Counter)
    predictions: dict[tuple[str, str], int] = msgspec.field(default_factory=Counter)
    times: dict[str, list[list[int]]] = msgspec.field(default_factory=dict)
    seconds: dict[str, list[float]] = msgspec.field(default_factory=dict)
    in_flight: int = 0

    def observe(self, model: str, taken: tuple[float, ...]) -> None:
        """Count the time of one request by stage."""
        cells = self.times.get(model)
        if cells is None:
            cells = self.times[model] = [[0] * _N_CELLS for _ in STAGES]
            self.seconds[model] = [0.0] * len(STAGES)
        sums = self.seconds[model]
        for stage, seconds in enumerate(taken):
            cells[stage][bisect_left(_BUCKETS, seconds)] += 1
            sums[stage] += seconds

    def add(self, other: Self) -> None:
        """Add what another worker has counted."""
        for key, n in other.requests.items():
            self.requests[key] = self.requests.get(key, 0) + n
        for label, n in other.predictions.items():
            self.predictions[label] = self.predictions.get(label, 0) + n
        for model, cells in other.times.items():
            mine = self.times.get(model, [[0] * _N_CELLS for _ in STAGES])
            sums = self.seconds.get(model, [0.0] * len(STAGES))
            pairs = zip(mine, cells, strict=True)
            self.times[model] = [[a + b for a, b in zip(*two, strict=True)] for two in pairs]
            theirs = other.seconds[model]
            self.seconds[model] = [a + b for a, b in zip(sums, theirs, strict=True)]
        self.in_flight += other.in_flight


class Meters(Collector):
    """The meters of one worker."""

    def __init__(self, folder: Path | None = None) -> None:
        """Make the meters.

        Args:
            folder: where several workers count together; None for one worker.
        """
        self._folder = folder
        self._models: dict[str, Served] = {}
        self._past: set[tuple[str, str]] = set()
        self.counts = Counts()

    def count(self, endpoint: str, status: int, *, seconds: float, work: Work | None) -> None:
        """Count one request and what it answered."""
        requests = self.counts.requests
        key = (endpoint, status)
        requests[key] = requests.get(key, 0) + 1
        if work is None:
            return
        predictions = self.counts.predictions
        for label, n_rows in work.classes.items():
            told = (work.model, str(label))
            predictions[told] = predictions.get(told, 0) + n_rows
        self.counts.observe(work.model, (work.read_s, work.predict_s, work.write_s, seconds))

    def show(self, models: Mapping[str, Served]) -> None:
        """Show what is known of the models that answer now."""
        self._past |= {(each.name, each.version) for each in self._models.values()}
        self._models = dict(models)

    def share(self) -> None:
        """Leave what was counted where the other workers find it."""
        if self._folder is None:
            return
        path = self._folder / f"{os.getpid()}.json"
        unfinished = path.with_suffix(".new")
        # Whoever cleans the place of temporary files may have taken the folder.
        self._folder.mkdir(exist_ok=True)
        unfinished.write_bytes(msgspec.json.encode(_Told.of(self.counts)))
        unfinished.replace(path)

    def as_text(self) -> bytes:
        """Return everything that was counted, as Prometheus reads it."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)

    def as_json(self) -> Mapping[str, Any]:
        """Return the same as JSON values: name to samples."""
        found: dict[str, Any] = defaultdict(list)
        for metric in self.collect():
            for sample in metric.samples:
                found[sample.name].append({"labels": dict(sample.labels), "value": sample.value})
        return found

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of all workers."""
        counts = self._summed()
        requests = CounterMetricFamily("requests", "Requests.", labels=("endpoint", "status"))
        for (endpoint, status), n in counts.requests.items():
            requests.add_metric((endpoint, str(status)), n)
        predictions = CounterMetricFamily("predictions", "Rows.", labels=("model", "class"))
        for labels, n in counts.predictions.items():
            predictions.add_metric(labels, n)
        yield from (requests, predictions, _latency(counts))
        yield GaugeMetricFamily(
            "requests_in_flight", "Requests for predictions on their way.", counts.in_flight
        )
        yield from self._facts()

    def _facts(self) -> Iterable[Metric]:
        accuracy = GaugeMetricFamily("model_accuracy", "On test rows.", labels=("model",))
        deciding = GaugeMetricFamily("model_metric", "On test rows.", labels=("model", "metric"))
        loaded = GaugeMetricFamily("model_loaded", "1 if it answers.", labels=("model", "version"))
        now = {(name, each.version) for name, each in self._models.items()}
        for labels in sorted(now | self._past):
            loaded.add_metric(labels, float(labels in now))
        for name, served in self._models.items():
            metrics, metric = served.manifest.metrics, served.manifest.metric
            for key, gauge, beside in (("accuracy", accuracy, ()), (metric, deciding, (metric,))):
                value = metrics.get(key, {}).get("value")
                if value is not None:
                    gauge.add_metric((name, *beside), value)
        return accuracy, deciding, loaded

    def _summed(self) -> Counts:
        if self._folder is None:
            return self.counts
        whole = Counts()
        whole.add(self.counts)
        for path in self._folder.glob("*.json"):
            if path.stem != str(os.getpid()):
                # A worker that died has none in flight; what it had answered stays counted.
                with suppress(OSError, msgspec.MsgspecError):
                    told = msgspec.json.decode(path.read_bytes(), type=_Told).counts()
                    told.in_flight *= int(_is_alive(int(path.stem)))
                    whole.add(told)
        return whole


class _Told(msgspec.Struct):
    """What a worker has counted, as JSON holds it: without keys of two parts."""

    requests: list[tuple[tuple[str, int], int]]
    predictions: list[tuple[tuple[str, str], int]]
    times: dict[str, list[list[int]]]
    seconds: dict[str, list[float]]
    in_flight: int

    @classmethod
    def of(cls, counts: Counts) -> Self:
        return cls(
            list(counts.requests.items()),
            list(counts.predictions.items()),
            counts.times,
            counts.seconds,
            counts.in_flight,
        )

    def counts(self) -> Counts:
        return Counts(
            dict(self.requests),
            dict(self.predictions),
            self.times,
            self.seconds,
            self.in_flight,
        )


def _latency(counts: Counts) -> Metric:
    latency = HistogramMetricFamily(
        "prediction_latency_seconds",
        "Time to answer a request, by stage.",
        labels=("model", "stage"),
    )
    bounds = [*map(str, _BUCKETS), "+Inf"]
    for model, cells in counts.times.items():
        for stage, held, seconds in zip(STAGES, cells, counts.seconds[model], strict=True):
            n, buckets = 0, []
            for bound, in_cell in zip(bounds, held, strict=True):
                n += in_cell
                buckets.append((bound, float(n)))
            latency.add_metric((model, stage), buckets, seconds)
    return latency


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
