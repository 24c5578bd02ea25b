"""Which rows a model learns from, and which judge it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Decimals such as 0.7 + 0.1 + 0.2 miss 1 by some units in the 16th place; thirds that are written
# with six digits miss it by less than this.
_TOLERANCE = 1e-6

TRAIN, VALIDATION, TEST = "train", "validation", "test"


@dataclass(frozen=True)
class Shares:
    """Shares of the rows, 0 to 1, that sum to 1; `validation` may be 0."""

    train: float = 0.7
    validation: float = 0.1
    test: float = 0.2

    @property
    def are_whole(self) -> bool:
        """Whether none is negative and they sum to 1, but for what rounding leaves."""
        listed = (self.train, self.validation, self.test)
        return min(listed) >= 0 and abs(sum(listed) - 1) <= _TOLERANCE


@dataclass(frozen=True)
class Bonds:
    """What keeps rows together when they are dealt.

    Attributes:
        features: columns that the model will see; rows equal in all of them stay together.
        group: column whose values stay together, instead of equal rows.
        time: column that orders the rows; rows of one moment stay together.
        is_hedged: whether about half of the sets of equal rows are dealt row by row, as nobody
            knows whether the same rows come again.
    """

    features: tuple[str, ...]
    group: str | None = None
    time: str | None = None
    is_hedged: bool = False


@dataclass(frozen=True)
class Split:
    """Zero-based row positions of the three parts; they are disjoint and cover every row.

    Attributes:
        train, validation, test: int64 positions, ascending.
        how: how the rows were dealt, without their numbers and a full stop.
    """

    train: npt.NDArray[np.int64]
    validation: npt.NDArray[np.int64]
    test: npt.NDArray[np.int64]
    how: str
