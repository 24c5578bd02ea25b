"""The traffic of a deployment over time, as answers tell it."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from modelyard.domain.traffic import Step, Tally, Traffic
from modelyard.wire.bodies import Answer, Query


class TrafficQuery(Query):
    """Between which times."""

    since: AwareDatetime | None = Field(default=None, description="None is a day before `until`.")
    until: AwareDatetime | None = Field(default=None, description="Before then; none is now.")


class NumbersAnswer(Answer):
    """How predicted numbers lie."""

    mean: float
    deviation: float = Field(description="The standard deviation.")
    low: float
    high: float


class LatencyAnswer(Answer):
    """Milliseconds within which so many percent of the requests were answered, to some 12 %."""

    p50_ms: float
    p95_ms: float
    p99_ms: float


class TallyAnswer(Answer):
    """What was answered within some time."""

    n_rows: int
    n_requests: int = Field(description="Each of one row, or of many.")
    labels: dict[str, int] = Field(description="Label to rows that were answered so.")
    numbers: NumbersAnswer | None = Field(description="Of a regression.")
    latency: LatencyAnswer | None
    n_known: int = Field(description="Rows whose truth is known.")
    accuracy: float | None = Field(description="Share of those labels that were right.")
    error: float | None = Field(description="Mean absolute error of those numbers.")

    @classmethod
    def of(cls, tally: Tally) -> "TallyAnswer":
        """Return what is told of a tally."""
        return cls.model_validate(_told(tally))


class TrafficPointAnswer(TallyAnswer):
    """What was answered within one step."""

    at: datetime = Field(description="When the step began.")


class TrafficAnswer(Answer):
    """The traffic of a deployment; what its models answered that are not given is left out."""

    deployment: str
    since: datetime
    until: datetime
    step: Step = Field(description="The time between two points.")
    points: list[TrafficPointAnswer] = Field(
        description="Of the steps in which something was answered, the oldest first."
    )
    total: TallyAnswer

    @classmethod
    def of(cls, deployment: str, traffic: Traffic) -> "TrafficAnswer":
        """Return what is told of the traffic of a deployment."""
        points = [{"at": each.at} | _told(each.tally) for each in traffic.points]
        return cls(
            deployment=deployment,
            since=traffic.since,
            until=traffic.until,
            step=traffic.step,
            points=[TrafficPointAnswer.model_validate(each) for each in points],
            total=TallyAnswer.of(traffic.total),
        )


def _told(tally: Tally) -> dict[str, object]:
    times = {f"p{share}_ms": tally.latency_ms(share / 100) for share in (50, 95, 99)}
    return {
        "n_rows": tally.n_rows,
        "n_requests": tally.n_requests,
        "labels": tally.labels,
        "numbers": tally.numbers,
        "latency": times if tally.bins else None,
        "n_known": tally.n_judged + tally.n_measured,
        "accuracy": tally.n_right / tally.n_judged if tally.n_judged else None,
        "error": tally.missed / tally.n_measured if tally.n_measured else None,
    }
