"""What a model answers, and what it noticed about the rows that it was asked about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modelyard.domain.errors import ModelyardError
from modelyard.domain.tasks import Label

# So much of what is flagged is shown; the rest is counted.
N_FLAGGED_ROWS, N_FLAGGED_VALUES = 10, 5


class FlagKind(StrEnum):
    """Why input cells deserve a second look."""

    UNSEEN_CATEGORY = "unseen-category"
    MISSING_VALUE = "missing-value"
    OUT_OF_RANGE = "out-of-range"


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

    def moved(self, n_rows: int) -> Self:
        """Return the remark with its rows counted from further up."""
        return replace(self, rows=tuple(row + n_rows for row in self.rows))

    def placed(self, positions: Sequence[int] | npt.NDArray[np.int64]) -> Self:
        """Return the remark on some rows of a table, by their positions in it, 0 is the first."""
        return replace(self, rows=tuple(int(positions[row - 1]) + 1 for row in self.rows))

    def joined(self, later: Self) -> Self:
        """Return one remark for this one and one of the same column and kind on later rows."""
        return replace(
            self,
            n_rows=self.n_rows + later.n_rows,
            rows=(self.rows + later.rows)[:N_FLAGGED_ROWS],
            sample=tuple(dict.fromkeys(self.sample + later.sample))[:N_FLAGGED_VALUES],
        )


@dataclass(frozen=True)
class RowError:
    """Why one row has no answer; `row` 1 is the first."""

    row: int
    error: ModelyardError

    def to_dict(self) -> dict[str, Any]:
        """Return the structured fields of the error, the row among them."""
        return {**self.error.to_dict(), "row": self.row}

    def moved(self, n_rows: int) -> Self:
        """Return the error with its row counted from further up."""
        return replace(self, row=self.row + n_rows, error=self.error.moved(n_rows))


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
