"""Why a model answered as it did: what each column moved the answer by."""

from dataclasses import dataclass
from enum import StrEnum

from modelyard.domain.tasks import Label


class Scale(StrEnum):
    """In what contributions are counted."""

    VALUE = "value"
    PROBABILITY = "probability"
    LOG_ODDS = "log-odds"


class Method(StrEnum):
    """How contributions were found; all but sampling are exact."""

    LINEAR = "linear"
    TREES = "trees"
    ENUMERATION = "enumeration"
    SAMPLING = "sampling"

    @property
    def is_exact(self) -> bool:
        """Whether nothing was drawn at random."""
        return self is not Method.SAMPLING


@dataclass(frozen=True)
class Contribution:
    """What one column moved the answer by, from the mean answer on.

    Attributes:
        column: the raw column.
        cell: its value in the row, as the model read it; None where it is missing.
        amount: on the scale of the explanation; positive speaks for the answer that is explained.
        error: standard error of `amount`, 0 where it is exact.
    """

    column: str
    cell: float | str | None
    amount: float
    error: float


@dataclass(frozen=True)
class Explanation:
    """One row's answer as a sum: `base` plus every contribution is `score`.

    Attributes:
        label: the class whose score is explained; None for regression.
        base: mean score over the reference rows.
        score: of this row.
        contributions: strongest first, one for each column that the model takes.
        n_reference: reference rows that `base` is the mean of.
    """

    label: Label | None
    scale: Scale
    method: Method
    base: float
    score: float
    contributions: tuple[Contribution, ...]
    n_reference: int
