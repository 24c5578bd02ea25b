"""Predictions as they are remembered: what was asked and answered, and what turned out true."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from modelyard.domain.errors import InvalidValue
from modelyard.domain.identities import ModelAccess
from modelyard.domain.tasks import Label

_MOST_SHOWN = 80


@dataclass(frozen=True)
class LoggedPrediction:
    """One row that a deployment has answered.

    Attributes:
        id: unique in its tenant; the answer named it in its header `X-Prediction-Id`.
        deployment: that answered.
        model: `name@version` in the registry.
        package_sha256: of the manifest of the package that answered.
        at: when it was answered.
        subject: who asked, `key:ID` or `user:ID`.
        request_id: of the request.
        features: column name to value, as they came.
        prediction: a label or a number.
        confidence: probability of the label; None for a number.
        probabilities: label to probability; None for a number.
        details: what else was told, e.g. flags, an interval or reasons.
        truth: what was right, None until it is known.
        request_ms: milliseconds in which the request was answered; None on rows of it after the
            first.
    """

    id: str
    deployment: str
    model: str
    package_sha256: str
    at: datetime
    subject: str
    request_id: str
    features: Mapping[str, Any]
    prediction: Label | float
    confidence: float | None = None
    probabilities: Mapping[str, float] | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    truth: Label | float | None = None
    truth_at: datetime | None = None
    request_ms: float | None = None

    @property
    def model_name(self) -> str:
        """The model without its version."""
        return self.model.partition("@")[0]

    @property
    def is_measured(self) -> bool:
        """Whether a number was answered and no label: how far it was off counts."""
        return self.probabilities is None and as_number(self.prediction) is not None

    def with_truth(self, truth: Label | float, *, at: datetime) -> Self:
        """Return it with what turned out true.

        Raises:
            InvalidValue: if a number was answered, and the truth is none.
        """
        if self.is_measured and as_number(truth) is None:
            shown = str(truth)[:_MOST_SHOWN]
            raise InvalidValue(
                f"The prediction '{self.id}' is a number, and so is its truth; '{shown}' came.",
                fix="Send the truth as a JSON number, e.g. 4.5.",
                sample=shown,
            )
        return replace(self, truth=truth, truth_at=at)


@dataclass(frozen=True)
class PredictionQuery:
    """Which predictions to list; None filters nothing.

    Attributes:
        model: `name`, or `name@version`.
        label: prediction as text.
        has_truth: whether the truth of it is known.
        since, until: from when on, and before when it was answered.
        is_descending: newest first.
        limit: most rows to return, None for all.
        cursor: of the page before; None begins with the first row.
        access: to models by their names; predictions of others are left out.
    """

    deployment: str | None = None
    model: str | None = None
    subject: str | None = None
    label: str | None = None
    has_truth: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_descending: bool = True
    limit: int | None = None
    cursor: str | None = None
    access: ModelAccess = field(default_factory=ModelAccess)


@dataclass(frozen=True)
class SegmentPlace:
    """How far a segment of a prediction log has been loaded.

    Attributes:
        segment: name of its file, unique in its tenant.
        offset: behind the last record that was loaded; 0 before the first.
        is_done: whether nothing more can come.
    """

    segment: str
    offset: int
    is_done: bool = False


def as_number(value: object) -> float | None:
    """Return a number as such, and None for a label."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
