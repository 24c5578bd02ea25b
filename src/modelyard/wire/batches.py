"""What is asked of batch predictions over HTTP."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from modelyard.domain.batches import AnswerForm, BatchOptions
from modelyard.domain.jobs import LEAST_PRIORITY, MOST_PRIORITY, USUAL_PRIORITY
from modelyard.wire.bodies import Level, RequestBody
from modelyard.wire.jobs import LimitsBody

Column = Annotated[str, Field(min_length=1, max_length=1000)]


class BatchPredictRequest(RequestBody):
    """Predictions for every row of a dataset, as a file."""

    model: str = Field(
        min_length=1, max_length=200, description="`name`, `name@3` or `name@champion`."
    )
    dataset: str = Field(
        min_length=1, max_length=200, description="`name`, `name@3`, or the SHA-256 of a file."
    )
    format: Literal["csv", "parquet"] = Field(default="csv", description="Of the file.")
    keep: list[Column] = Field(
        default=[],
        max_length=1000,
        description="Columns of the dataset that stand before the answers, e.g. its key.",
    )
    probabilities: bool = Field(
        default=False, description="Whether to write the probability of every label as well."
    )
    interval: Level | None = Field(
        default=None, description="Level in percent of intervals, of a number."
    )
    sets: Level | None = Field(
        default=None, description="Level in percent of sets of labels, of a label."
    )
    strict: bool = Field(
        default=False, description="Whether one row that cannot be answered refuses all."
    )
    spreadsheet: bool = Field(
        default=False,
        description="Whether text in a CSV file that a spreadsheet would take for a formula gets "
        "an apostrophe before it.",
    )
    priority: int = Field(
        default=USUAL_PRIORITY,
        ge=LEAST_PRIORITY,
        le=MOST_PRIORITY,
        description="Higher ones of the tenant go first.",
    )
    limits: LimitsBody = Field(default_factory=LimitsBody)

    @field_validator("keep")
    @classmethod
    def _names_each_once(cls, keep: list[str]) -> list[str]:
        if len(set(keep)) < len(keep):
            raise ValueError("a column is named twice")
        return keep

    def to_options(self) -> BatchOptions:
        """Return how the answers are wanted."""
        return BatchOptions(
            form=AnswerForm(self.format),
            keep=tuple(self.keep),
            with_probabilities=self.probabilities,
            interval=self.interval,
            sets=self.sets,
            is_strict=self.strict,
            is_for_spreadsheets=self.spreadsheet,
        )
