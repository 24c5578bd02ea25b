"""Predictions, as requests ask for them and answers tell what was logged of them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    model_validator,
)

from modelyard.wire.bodies import LARGEST, Answer, Level, PageOf, PageQuery, Query, RequestBody
from modelyard.wire.deployments import OF_MODEL
from modelyard.wire.models import DatasetRecord, LineageRun, ModelAnswer

Text = Annotated[str, StringConstraints(max_length=2000)]
Whole = Annotated[StrictInt, Field(ge=-LARGEST, le=LARGEST)]
Truth = StrictBool | Whole | Annotated[StrictFloat, Field(allow_inf_nan=False)] | Text
Row = dict[str, Any]


class PredictRequest(RequestBody):
    """One row, or many as rows or as columns."""

    row: Row | None = Field(
        default=None, description="Column name to value.", examples=[{"age": 41}]
    )
    rows: list[Row] | None = Field(default=None, description="Each as `row`.")
    columns: dict[str, list[Any]] | None = Field(
        default=None, description="Column name to its values."
    )

    @model_validator(mode="after")
    def _holds_one_form(self) -> "PredictRequest":
        if len(self.model_fields_set) != 1 or not self.form:
            raise ValueError("exactly one of row, rows and columns must be given")
        return self

    @property
    def form(self) -> dict[str, Any]:
        """The one form that was given, as a deployment takes it."""
        forms = {"row": self.row, "rows": self.rows, "columns": self.columns}
        return {name: value for name, value in forms.items() if value is not None}


class PredictOptions(Query):
    """What is told beside a prediction."""

    interval: Level | None = Field(default=None, description="Level in percent, of a number.")
    sets: Level | None = Field(default=None, description="Level in percent, of a label.")
    explain: int | None = Field(
        default=None, ge=1, le=1000, description="Most reasons for each answer."
    )
    strict: bool | None = Field(default=None, description="Whether one bad row refuses all.")
    trial: bool = Field(
        default=False,
        description="Whether the rows are only tried out, by a person and no API key: the answer "
        "is not written down, and counts in no traffic.",
    )


class PredictAnswer(Answer):
    """What the deployment answers: of one row `prediction`, of many `predictions`."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(description="Name of the deployment.")
    version: str = Field(description="Of the model.")
    prediction_id: str | None = Field(
        default=None,
        description="As the header `X-Prediction-Id` tells it; clients find it here as well.",
    )


class PredictionQuery(PageQuery):
    """Which predictions to list."""

    deployment: str | None = Field(default=None, max_length=100)
    model: str | None = Field(
        default=None, pattern=OF_MODEL, description="`name`, or `name@version`."
    )
    subject: str | None = Field(
        default=None, max_length=250, description="Who asked, e.g. `key:ID`."
    )
    label: str | None = Field(default=None, max_length=2000, description="The prediction as text.")
    has_truth: bool | None = Field(default=None, description="Whether the truth of it is known.")
    since: AwareDatetime | None = Field(default=None, description="Answered then or later.")
    until: AwareDatetime | None = Field(default=None, description="Answered before.")
    sort: Literal["-at", "at"] = Field(default="-at", description="`-at` lists the newest first.")


class PredictionAnswer(Answer):
    """One row that was answered."""

    id: str = Field(description="As the answer told in `X-Prediction-Id`; row n of many is `-n`.")
    deployment: str
    model: str = Field(description="`name@version`.")
    package_sha256: str = Field(description="Of the manifest of the package that answered.")
    at: datetime
    subject: str = Field(description="Who asked.")
    request_id: str
    features: dict[str, Any] = Field(description="The row as it came.")
    prediction: Any = Field(description="A label or a number.")
    confidence: float | None = Field(description="Probability of the label.")
    probabilities: dict[str, float] | None
    details: dict[str, Any] = Field(description="What else was told, e.g. flags or an interval.")
    truth: Any = Field(description="What turned out true; null while it is not known.")
    truth_at: datetime | None = Field(description="When the truth was attached.")
    request_ms: float | None = Field(
        default=None, description="In which the request was answered; told of its first row."
    )


class PredictionPage(PageOf[PredictionAnswer]):
    """One part of the list of predictions."""


class TruthPut(RequestBody):
    """What turned out true."""

    truth: Truth = Field(description="A label or a number.", examples=["churned"])


class KnownTruth(RequestBody):
    """What turned out true of one prediction."""

    id: str = Field(min_length=1, max_length=250, description="Of the prediction.")
    truth: Truth = Field(description="A label or a number.")


class TruthsPut(RequestBody):
    """What turned out true of many predictions; all are attached, or none."""

    truths: list[KnownTruth] = Field(min_length=1, max_length=1000)


class TruthsAnswer(Answer):
    """How many truths were attached."""

    n_attached: int


class PredictionLineage(Answer):
    """Where a prediction came from, back to the data."""

    prediction: PredictionAnswer
    model: ModelAnswer
    run: LineageRun | None
    dataset: DatasetRecord | None


class ReplayAnswer(Answer):
    """A prediction beside what the same version answers to the same row now."""

    id: str
    model: str
    then: Any = Field(description="The prediction that was logged.")
    now: Any = Field(description="The prediction of this replay, which is logged as well.")
    probabilities: dict[str, float] | None = Field(description="Of this replay.")
    is_same: bool = Field(description="Same label, and each number within a billionth.")
