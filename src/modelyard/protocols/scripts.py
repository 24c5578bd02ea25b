"""What a component offers to be written into a script that runs without this library."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import polars as pl

from modelyard.protocols.algorithms import FitInput

# Takes a table, the positions of the rows that teach, and the columns to prepare; returns the
# table, and the names of the columns that it made or changed.
PlainTransform = Callable[
    [pl.DataFrame, Sequence[int], Sequence[str]], tuple[pl.DataFrame, list[str]]
]


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


@runtime_checkable
class ScriptedTransform(Protocol):
    """A transform that has the same in plain code."""

    @property
    def script(self) -> PlainTransform:
        """Return a function whose source needs `pl`, `np`, `Sequence` and itself alone.

        It changes columns as the fitted step would, or adds those that the step makes under the
        same names. Missing is null.
        """
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
