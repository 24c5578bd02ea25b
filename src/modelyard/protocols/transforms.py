"""A transform learns from training rows how to prepare a block of columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

import numpy as np

from modelyard.domain.columns import ColumnKind
from modelyard.domain.tasks import Label


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


@runtime_checkable
class Spreading(Protocol):
    """A step whose outputs are not made of one input each, in the order of the inputs."""

    def origins(self, n_inputs: int) -> tuple[tuple[int, ...], ...]:
        """Return for each output the inputs that it is made of."""
        ...


@runtime_checkable
class InOrder(Protocol):
    """A step that makes of each input the number of its items, and then the items in order."""

    @property
    def length(self) -> int:
        """Items of each input, 0 behind the last one that it has."""
        ...

    @property
    def n_ids(self) -> tuple[int, ...]:
        """For each input how many ids its items may be, with 0 for none; 0 where they measure."""
        ...


def names_in_order(names: Sequence[str], length: int) -> tuple[str, ...]:
    """Return the names of what a step that is `InOrder` makes of inputs."""
    parts = ("length", *range(1, length + 1))
    return tuple(f"{name}: {part}" for name in names for part in parts)


class Role(StrEnum):
    """What a transform does in a recipe; of the first five the user chooses one by its word.

    The value is the key of the configuration that chooses.
    """

    IMPUTE = "handle_missing"
    SCALE = "normalize"
    ENCODE = "categorical_encoding"
    TAKE_DATES_APART = "dates"
    ENGINEER = "engineered_features"
    FLAG_MISSING = "flag_missing"
    READ_TEXT = "read_text"
    MEASURE_TEXT = "measure_text"
    READ_SEQUENCE = "read_sequence"


@dataclass(frozen=True)
class TransformCard:
    """Facts about a transform.

    Attributes:
        key, title: for users.
        kinds: kinds of column that it takes.
        source: where the method is described.
        role: what it does in a recipe.
        word: that chooses it among the transforms of its role, e.g. `median`.
        synonyms: words that choose it as well.
    """

    key: str
    title: str
    kinds: frozenset[ColumnKind]
    source: str
    role: Role
    word: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """What there is to learn from beside the columns themselves.

    Attributes:
        rng: for transforms that sample.
        y: (n,) the target of the training rows: float64 values, or int64 class codes.
        labels: of the classes in code order, empty for regression.
        weight: (n,) float64 above zero, what each row counts; None for equal weights.
        max_items: of a text or a sequence that the model sees, where it reads them in order.
        max_words: different ones that it tells apart.
    """

    rng: np.random.Generator
    y: np.ndarray[Any, Any]
    labels: tuple[Label, ...] = ()
    weight: np.ndarray[Any, Any] | None = None
    max_items: int = 0
    max_words: int = 0


@dataclass(frozen=True)
class FittedStep:
    """A step with the names of the columns that it makes.

    Attributes:
        step: for every row that comes.
        outputs: names of the columns.
        taught: (n, j) what the training rows get, where that is not what the step makes of them: a
            step whose values are means of the target would show each of them its own.
    """

    step: Step
    outputs: tuple[str, ...]
    taught: np.ndarray[Any, Any] | None = field(default=None, compare=False)


class Transform(Protocol):
    """Learns a step of the recipe."""

    @property
    def card(self) -> TransformCard:
        """Facts about the transform."""
        ...

    def fit(self, block: np.ndarray[Any, Any], names: Sequence[str], lesson: Lesson) -> FittedStep:
        """Learn from training rows.

        Args:
            block: (n, k) float64 with NaN for missing, or (n, k) objects: str, None for missing.
            names: k column names.
            lesson: the target, and randomness.
        """
        ...
