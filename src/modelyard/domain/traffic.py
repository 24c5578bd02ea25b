"""The traffic of a deployment over time: what it was asked, how quickly it answered, and what.

Predictions are counted as they are loaded, in tallies that add up: of an hour, of a model, of all.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from modelyard.domain.logged_predictions import LoggedPrediction, as_number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# As many bars as a picture of a thousand pixels shows apart.
MOST_POINTS = 200
# Upper ends of the bins of latency in ms, from 0.05 ms to some half a minute: each a quarter wider
# than the one before, so that what is told of a bin's middle is at most 12 % off.
ENDS_MS = tuple(0.05 * 1.25**power for power in range(61))


class Step(StrEnum):
    """The time between two points."""

    MINUTE = "minute"
    TEN_MINUTES = "ten_minutes"
    HOUR = "hour"
    DAY = "day"

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return _LENGTHS[self]

    def start_of(self, at: datetime) -> datetime:
        """Return when the step began in which a time lies."""
        return at - (at - _EPOCH) % self.length

    @classmethod
    def between(cls, since: datetime, until: datetime) -> "Step":
        """Return the shortest step that makes at most `MOST_POINTS` points, or the longest."""
        fitting = (each for each in cls if (until - since) / each.length <= MOST_POINTS)
        return next(fitting, cls.DAY)


_LENGTHS = {
    Step.MINUTE: timedelta(minutes=1),
    Step.TEN_MINUTES: timedelta(minutes=10),
    Step.HOUR: timedelta(hours=1),
    Step.DAY: timedelta(days=1),
}


@dataclass(frozen=True)
class Numbers:
    """Predicted numbers, as they add up.

    Attributes:
        squares: sum of the squared differences from the mean.
    """

    count: int
    mean: float
    squares: float
    low: float
    high: float

    @property
    def deviation(self) -> float:
        """The standard deviation."""
        return math.sqrt(self.squares / self.count)

    @classmethod
    def of(cls, values: Sequence[float]) -> "Numbers":
        """Return some numbers, at least one."""
        mean = math.fsum(values) / len(values)
        squares = math.fsum((value - mean) ** 2 for value in values)
        return cls(len(values), mean, squares, min(values), max(values))

    def plus(self, other: "Numbers") -> "Numbers":
        """Return both together.

        Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing
        sample variances" (1979), (2.1): no digits are lost however large the mean is.
        """
        count = self.count + other.count
        apart = other.mean - self.mean
        return Numbers(
            count=count,
            mean=self.mean + apart * other.count / count,
            squares=self.squares + other.squares + apart * apart * self.count * other.count / count,
            low=min(self.low, other.low),
            high=max(self.high, other.high),
        )


@dataclass(frozen=True)
class Tally:
    """What was counted of some predictions; tallies add up.

    Attributes:
        n_rows, n_requests: answered; a request may hold many rows.
        labels: label to how many rows were answered so.
        numbers: that were predicted; None where there were none.
        bins: number of the bin of latency, as text, to how many requests fell into it.
        n_judged: labels whose truth is known; `n_right` of them were right.
        n_measured: numbers whose truth is known; `missed` is the sum of their absolute errors.
    """

    n_rows: int = 0
    n_requests: int = 0
    labels: Mapping[str, int] = field(default_factory=dict)
    numbers: Numbers | None = None
    bins: Mapping[str, int] = field(default_factory=dict)
    n_judged: int = 0
    n_right: int = 0
    n_measured: int = 0
    missed: float = 0.0

    @classmethod
    def of(cls, predictions: Iterable[LoggedPrediction]) -> "Tally":
        """Return the tally of predictions, without their truths."""
        labels: dict[str, int] = {}
        bins: dict[str, int] = {}
        values: list[float] = []
        n_rows = 0
        for each in predictions:
            n_rows += 1
            value = as_number(each.prediction) if each.is_measured else None
            if value is None:
                label = str(each.prediction)
                labels[label] = labels.get(label, 0) + 1
            else:
                values.append(value)
            if each.request_ms is not None:
                place = str(bisect_left(ENDS_MS, each.request_ms))
                bins[place] = bins.get(place, 0) + 1
        return cls(
            n_rows=n_rows,
            n_requests=sum(bins.values()),
            labels=labels,
            numbers=Numbers.of(values) if values else None,
            bins=bins,
        )

    @classmethod
    def of_truth(cls, prediction: LoggedPrediction) -> "Tally":
        """Return what the truth of a prediction adds to its tally; nothing without one."""
        value, truth = prediction.prediction, prediction.truth
        if truth is None:
            return cls()
        if not prediction.is_measured:
            is_right = value == truth or str(value) == str(truth)
            return cls(n_judged=1, n_right=int(is_right))
        known = as_number(truth)
        if known is None:
            return cls()
        return cls(n_measured=1, missed=abs(float(value) - known))

    @classmethod
    def sum(cls, tallies: Iterable["Tally"]) -> "Tally":
        """Return tallies together."""
        labels: dict[str, int] = {}
        bins: dict[str, int] = {}
        counts = dict.fromkeys(_COUNTS, 0)
        numbers: Numbers | None = None
        missed = 0.0
        for each in tallies:
            for counted, more in ((labels, each.labels), (bins, each.bins)):
                for name, n in more.items():
                    counted[name] = counted.get(name, 0) + n
            for name in _COUNTS:
                counts[name] += getattr(each, name)
            if each.numbers is not None:
                numbers = each.numbers if numbers is None else numbers.plus(each.numbers)
            missed += each.missed
        return cls(labels=labels, bins=bins, numbers=numbers, missed=missed, **counts)

    def without_truth(self, other: "Tally") -> "Tally":
        """Return this without what another one holds of truths."""
        taken = Tally(
            n_judged=-other.n_judged,
            n_right=-other.n_right,
            n_measured=-other.n_measured,
            missed=-other.missed,
        )
        return Tally.sum((self, taken))

    def latency_ms(self, share: float) -> float | None:
        """Return within how many milliseconds this share of the requests was answered.

        Returns:
            The geometric middle of the bin in which that lies; None without a request.
        """
        counts = sorted((int(number), n) for number, n in self.bins.items())
        wanted, seen = share * sum(n for _, n in counts), 0
        for number, n in counts:
            seen += n
            if seen >= wanted:
                return float(f"{ENDS_MS[min(number, len(ENDS_MS) - 1)] / math.sqrt(1.25):.3g}")
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Tally":
        """Read what `to_dict` wrote."""
        numbers = raw["numbers"]
        return cls(**{**raw, "numbers": None if numbers is None else Numbers(**numbers)})


@dataclass(frozen=True)
class TrafficPoint:
    """What was answered within the step that began at a time."""

    at: datetime
    tally: Tally


@dataclass(frozen=True)
class Traffic:
    """The traffic of a deployment.

    Attributes:
        since, until: what was asked for.
        points: those steps in which something was answered, the oldest first.
        total: all of them together.
    """

    since: datetime
    until: datetime
    step: Step
    points: Sequence[TrafficPoint]
    total: Tally

    @classmethod
    def of(
        cls, tallies: Iterable[tuple[datetime, Tally]], *, since: datetime, until: datetime
    ) -> "Traffic":
        """Add tallies of shorter steps up to those that suit the time between two ends."""
        step = Step.between(since, until)
        by_step: dict[datetime, list[Tally]] = defaultdict(list)
        for at, tally in tallies:
            by_step[step.start_of(at)].append(tally)
        points = [TrafficPoint(at, Tally.sum(by_step[at])) for at in sorted(by_step)]
        return cls(since, until, step, points, Tally.sum(each.tally for each in points))


_COUNTS = ("n_rows", "n_requests", "n_judged", "n_right", "n_measured")
