"""What a model answers, and what it noticed about the rows that it was asked about."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from modelyard.domain.tasks import Label


class FlagKind(StrEnum):
    """Why input cells deserve a second look."""

    UNSEEN_CATEGORY = "unseen-category"
    MISSING_VALUE = "missing-value"


@dataclass(frozen=True)
class Flag:
    """A remark on some cells of one input column.

    Attributes:
        n_rows: rows that it is about; `rows` holds the first 10, 1 is the first row.
        sample: up to 5 of the values.
    """

    column: str
    kind: FlagKind
    n_rows: int
    rows: tuple[int, ...]
    sample: tuple[str, ...] = ()


@dataclass(frozen=True)
class Predictions:
    """Answers in the order of the input, as many as there were rows.

    Attributes:
        values: (n,) labels as objects, or float64 for regression.
        labels: order of the columns of `probabilities`; empty for regression.
        probabilities: (n, n_labels) float64, or None for regression.
    """

    values: npt.NDArray[np.object_] | npt.NDArray[np.float64]
    labels: tuple[Label, ...]
    probabilities: npt.NDArray[np.float64] | None


@dataclass(frozen=True)
class RowPrediction:
    """The answer for one row.

    Attributes:
        value: a label, or a float for regression.
        probabilities: label to probability in the model's label order; empty for regression.
    """

    value: Label | float
    probabilities: dict[Label, float]
