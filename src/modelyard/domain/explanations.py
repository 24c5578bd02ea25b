"""Why a model answered as it did: what each column moved the answer by."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from modelyard.domain.tasks import Label

Cell = bool | float | str | None


class Scale(StrEnum):
    """In what contributions are counted."""

    VALUE = "value"
    PROBABILITY = "probability"
    LOG_ODDS = "log-odds"


class Method(StrEnum):
    """How contributions were found; all but sampling are exact."""

    told: str

    def __new__(cls, word: str, told: str) -> Self:
        """Return the member of a word, with what a person is told of it."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.told = told
        return member

    LINEAR = "linear", "Exact, from the weights of the model."
    TREES = "trees", "Exact, from the trees of the model."
    MEMBERS = "members", "Exact, from the members of the model."
    ENUMERATION = (
        "enumeration",
        "Exact: the model was asked about every coalition of columns.",
    )
    SAMPLING = "sampling", "Sampled, by orders of columns drawn at random."

    @property
    def is_exact(self) -> bool:
        """Whether nothing was drawn at random."""
        return self is not Method.SAMPLING


@dataclass(frozen=True)
class Contribution:
    """What one column moved the answer by, from the mean answer on.

    Attributes:
        column: the raw column.
        cell: its value in the row, as the model read it: a date in ISO 8601; None where it is
            missing.
        amount: on the scale of the explanation; positive speaks for the answer that is explained.
        error: standard error of `amount`, 0 where it is exact.
    """

    column: str
    cell: Cell
    amount: float
    error: float


@dataclass(frozen=True)
class Explanation:
    """One row's answer as a sum: `base` plus every contribution is `score`.

    Attributes:
        label: the class whose score is explained; None for regression.
        base: mean score over the reference rows.
        score: of this row.
        answer: the probability of `label` as it is answered, or the value.
        contributions: strongest first, one for each column that the model takes.
        n_reference: reference rows that `base` is the mean of.
        is_before_calibration: whether `answer` is calibrated and `score` is not, because no sum
            would come out calibrated.
    """

    label: Label | None
    scale: Scale
    method: Method
    base: float
    score: float
    answer: float
    contributions: tuple[Contribution, ...]
    n_reference: int
    is_before_calibration: bool = False


@dataclass(frozen=True)
class Saliency:
    """Where a model looks in a picture: what its answer loses when a part is covered.

    Attributes:
        label: the class whose probability is explained; None for regression.
        answer: that probability, or the value.
        heat: of a grid over the picture, row by row: what covering moves the answer by, on average
            over the covers that a cell was under; positive speaks for the answer.
        n_asked: pictures that the model was asked about.
    """

    label: Label | None
    answer: float
    heat: tuple[tuple[float, ...], ...]
    n_asked: int


@dataclass(frozen=True)
class Weight:
    """How far a column moved answers, either way, on average over rows."""

    column: str
    mean: float


@dataclass(frozen=True)
class Overall:
    """What a model looks at: mean absolute contributions of the answers that it gives.

    Attributes:
        weights: strongest first, one for each column that the model takes.
        n_rows: reference rows that were explained.
        n_reference: reference rows that they were compared with.
    """

    scale: Scale
    method: Method
    weights: tuple[Weight, ...]
    n_rows: int
    n_reference: int
