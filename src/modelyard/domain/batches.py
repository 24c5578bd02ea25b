"""Predictions for all rows of a table at once: how they are wanted, and what file holds them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class AnswerForm(StrEnum):
    """What sort of file the answers are written to; its suffix."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True)
class BatchOptions:
    """What is to be written for each row.

    Attributes:
        form: of the file.
        keep: columns of the input that stand before the answers.
        with_probabilities: whether to write these as well.
        interval: level in percent of intervals, None for none.
        sets: level in percent of sets of labels, None for none.
        is_strict: whether a row that cannot be answered refuses all.
        is_for_spreadsheets: whether text in a CSV file that a spreadsheet would take for a formula
            gets an apostrophe before it.
    """

    form: AnswerForm = AnswerForm.CSV
    keep: tuple[str, ...] = ()
    with_probabilities: bool = False
    interval: float | None = None
    sets: float | None = None
    is_strict: bool = False
    is_for_spreadsheets: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return them as plain JSON values."""
        return asdict(self) | {"form": self.form.value, "keep": list(self.keep)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_dict` has told."""
        told = {"form": AnswerForm(values["form"]), "keep": tuple(values["keep"])}
        return cls(**{**values, **told})


@dataclass(frozen=True)
class AnswerRecord:
    """The file of answers that a job has made.

    Attributes:
        name: under which it is kept.
        sha256: of its content.
    """

    name: str
    form: AnswerForm
    size_bytes: int
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return asdict(self) | {"form": self.form.value}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_dict` has told."""
        return cls(**{**values, "form": AnswerForm(values["form"])})
