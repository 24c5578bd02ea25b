"""What every section of a configuration is: strict about its keys, and about the shares of rows."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from modelyard.domain.splits import Shares

Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
_USUAL = Shares()


class Section(BaseModel):
    """A mapping of the document: no other keys, no silent conversion of types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, raw: Any) -> Any:
        """Take a known key without a value for one that is not given."""
        if not isinstance(raw, Mapping):
            return raw
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {key: value for key, value in raw.items() if value is not None or key not in known}


class SplitSection(Section):
    """Which rows train, validate and test."""

    train_split: Share | None = Field(default=None, description="Share of the rows to learn from.")
    validation_split: Share | None = Field(
        default=None, description="Share of the rows to tune on."
    )
    test_split: Share | None = Field(default=None, description="Share of the rows to measure on.")

    @model_validator(mode="after")
    def _check_shares(self) -> Self:
        shares = self.shares()
        if not shares.are_whole or not shares.train or not shares.test:
            raise ValueError(
                "must have a train_split and a test_split above 0, a validation_split of 0 or "
                f"more, and 1 as their sum; as they stand, train is {shares.train:g}, validation "
                f"{shares.validation:g} and test {shares.test:g}"
            )
        return self

    def shares(self, usual: Shares = _USUAL) -> Shares:
        """Return the three shares: one that is not given is what the other two leave.

        Where two are not given, no rows validate, and the test share is the usual one.
        """
        train, validation, test = self.train_split, self.validation_split, self.test_split
        if train is None and validation is None and test is None:
            return usual
        if validation is None:
            is_rest = train is not None and test is not None
            validation = round(1 - (train or 0) - (test or 0), 10) if is_rest else 0.0
        if test is None:
            test = Shares().test if train is None else round(1 - train - validation, 10)
        if train is None:
            train = round(1 - validation - test, 10)
        return Shares(train, validation, test)
