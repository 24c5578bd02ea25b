"""What a component offers to be written into a script that runs without this library."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.protocols.algorithms import FitInput


@dataclass(frozen=True)
class FitScript:
    """Fitting and answering in the library's own words.

    Attributes:
        imports: lines, beside numpy as `np`.
        fit: body of `fit(X, y, weight=None)`, which ends by returning what was fitted.
        predict: body of `predict(fitted, X)`, which ends by returning (n, n_classes)
            probabilities, or (n,) values.
    """

    imports: tuple[str, ...]
    fit: str
    predict: str


class PlainTransform(Protocol):
    """A function over a table, whose source needs `pl`, `np`, `Sequence` and itself alone."""

    __name__: str

    def __call__(
        self, table: pl.DataFrame, columns: Sequence[str], *, taught: Sequence[int]
    ) -> tuple[pl.DataFrame, list[str]]:
        """Return the table, and the names of the columns that were made or changed.

        Args:
            table: every row; null where a value is missing.
            columns: to prepare.
            taught: positions of the rows that teach.
        """
        ...


@runtime_checkable
class ScriptedTransform(Protocol):
    """A transform that has the same in plain code."""

    @property
    def script(self) -> PlainTransform:
        """Return a function that changes columns as the fitted step would.

        What the step makes of several columns, or several of one, it adds under the same names.
        """
        ...


class SupervisedFunction(Protocol):
    """As `PlainTransform`, of what learns from the target as well."""

    __name__: str

    def __call__(
        self,
        table: pl.DataFrame,
        columns: Sequence[str],
        *,
        taught: Sequence[int],
        targets: dict[str, npt.NDArray[np.float64]],
        weight: npt.NDArray[np.float64],
        fold: npt.NDArray[np.int64],
    ) -> tuple[pl.DataFrame, list[str]]:
        """Return the table, and the names of the columns that were made or changed.

        Args:
            table: every row; null where a value is missing.
            columns: to prepare.
            taught: positions of the rows that teach.
            targets: (n,) of these rows, by what is added to the names of columns: the target
                itself by nothing or, of three classes or more, for each of them whether it is the
                row's.
            weight: (n,) what each of these rows counts, one on average.
            fold: (n,) of these rows, as the transform deals them: no row is shown a mean of the
                target that its own fold has part in, or texts of fold 0 alone are counted.
        """
        ...


@runtime_checkable
class SupervisedTransform(Protocol):
    """A transform that learns from the target and has the same in plain code."""

    @property
    def supervised_script(self) -> SupervisedFunction:
        """Return a function that changes columns as the fitted step would."""
        ...

    def deal(self, n_rows: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
        """Return the fold of each row that teaches, from 0 on, as its fit draws it."""
        ...


@runtime_checkable
class ScriptedAlgorithm(Protocol):
    """An algorithm whose library a person could call in a few lines."""

    def script(self, training: FitInput) -> FitScript:
        """Write what `fit` does with these rows, for rows like them.

        Args:
            training: without rows to stop early by; every class has rows that teach. The script
                draws from its generator what `fit` would.

        Raises:
            UsageError: if what `fit` would do with these rows is not worth writing down.
        """
        ...


@runtime_checkable
class ScriptedMetric(Protocol):
    """A metric that scikit-learn or numpy computes as well."""

    def script(self, n_classes: int) -> str:
        """Return an expression of `metrics` (of scikit-learn) and `np`.

        Args:
            n_classes: of the task, 0 for regression. The expression takes `y`, `weight` (None
                for equal ones) and, as the metric wants, `labels`, `probabilities` or `values`.
        """
        ...
