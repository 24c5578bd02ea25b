"""A transform learns from training rows how to prepare a block of columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np

from modelyard.domain.columns import ColumnKind


class Step(Protocol):
    """A fitted step of the recipe, as `modelyard.runtime.steps` defines them.

    A pure function from a block of (n, k) values to a block of (n, j) values, each row on its own.
    """

    @property
    def kind(self) -> str:
        """Key of the step in `recipe.json`."""
        ...

    def apply(self, block: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return the prepared block."""
        ...

    def to_params(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        ...


class Role(StrEnum):
    """What a transform does in a recipe; of the first three the user chooses one by its word.

    The value is the key of the configuration that chooses.
    """

    IMPUTE = "handle_missing"
    SCALE = "normalize"
    ENCODE = "categorical_encoding"
    FLAG_MISSING = "flag_missing"
    TAKE_DATES_APART = "take_dates_apart"


@dataclass(frozen=True)
class TransformCard:
    """Facts about a transform.

    Attributes:
        key, title: for users.
        kinds: kinds of column that it takes.
        source: where the method is described.
        role: what it does in a recipe.
        word: that chooses it among the transforms of its role, e.g. `median`.
    """

    key: str
    title: str
    kinds: frozenset[ColumnKind]
    source: str
    role: Role
    word: str


@dataclass(frozen=True)
class FittedStep:
    """A step with the names of the columns that it makes."""

    step: Step
    outputs: tuple[str, ...]


class Transform(Protocol):
    """Learns a step of the recipe."""

    @property
    def card(self) -> TransformCard:
        """Facts about the transform."""
        ...

    def fit(
        self, block: np.ndarray[Any, Any], names: Sequence[str], rng: np.random.Generator
    ) -> FittedStep:
        """Learn from training rows.

        Args:
            block: (n, k) float64 with NaN for missing, or (n, k) objects: str, None for missing.
            names: k column names.
            rng: for transforms that sample.
        """
        ...
