"""What a model answers, with what it knows about its own answer."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from modelyard.domain.tasks import Label


class FlagKind(StrEnum):
    """Why one input value of a prediction deserves a second look."""

    UNSEEN_CATEGORY = "unseen-category"
    IMPUTED_NULL = "imputed-null"


@dataclass(frozen=True)
class Flag:
    """One remark on one cell of the input; `row` is zero-based within the request."""

    row: int
    column: str
    kind: FlagKind
    value: str | None


@dataclass(frozen=True)
class Predictions:
    """Answers in the order of the input, as many as there were rows.

    Attributes:
        values: (n,) labels as objects, or float64 for regression.
        labels: order of the columns of `probabilities`; empty for regression.
        probabilities: (n, n_labels) float64, or None for regression.
        flags: remarks on input cells.
        ignored_columns: columns of the input that the model does not take.
    """

    values: npt.NDArray[np.object_] | npt.NDArray[np.float64]
    labels: tuple[Label, ...]
    probabilities: npt.NDArray[np.float64] | None
    flags: tuple[Flag, ...] = ()
    ignored_columns: tuple[str, ...] = ()
