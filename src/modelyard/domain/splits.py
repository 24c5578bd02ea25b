"""Which rows a model learns from, and which judge it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Shares:
    """Shares of the rows, 0 to 1, that sum to 1; `validation` may be 0."""

    train: float = 0.7
    validation: float = 0.1
    test: float = 0.2


@dataclass(frozen=True)
class Bonds:
    """What keeps rows together when they are dealt.

    Attributes:
        features: columns that the model will see; rows equal in all of them stay together.
        group: column whose values stay together, instead of equal rows.
        time: column that orders the rows; rows of one moment stay together.
    """

    features: tuple[str, ...]
    group: str | None = None
    time: str | None = None


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
