"""Adds the squares of number columns, and the products of each two."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import InvalidValue
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.products import Products

# Products of 44 columns; of more than that the table of features would be larger than the data by
# far, and its columns are better chosen one by one.
MAX_PRODUCTS = 1000


def square_and_multiply(
    table: pl.DataFrame,
    columns: Sequence[str],
    *,
    taught: Sequence[int],  # noqa: ARG001 -- as every transform
) -> tuple[pl.DataFrame, list[str]]:
    """Add the square of each column, and the product of each two."""
    made = {}
    for at, left in enumerate(columns):
        for right in columns[at:]:
            name = f"{left}^2" if left == right else f"{left}*{right}"
            made[name] = pl.col(left) * pl.col(right)
    return table.with_columns(**made), list(made)


class Polynomial:
    """Learns nothing; at most 1,000 columns are made."""

    card = TransformCard(
        key="polynomial",
        title="Squares and products",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number),
        source="scikit-learn, PolynomialFeatures(degree=2)",
        role=Role.ENGINEER,
        word="polynomial",
    )
    script = staticmethod(square_and_multiply)

    def fit(
        self,
        block: npt.NDArray[np.float64],  # noqa: ARG002 -- as every transform
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Return a step with a square of each column and a product of each pair.

        Raises:
            InvalidValue: if there are more than 1,000.
        """
        left, right = np.triu_indices(len(names), k=0)
        if len(left) > MAX_PRODUCTS:
            raise InvalidValue(
                f"engineered_features: polynomial may make {MAX_PRODUCTS:,} columns; of the "
                f"{len(names)} number columns it would make {len(left):,}.",
                fix="Choose it for some columns alone, under modelyard.columns (columns= in "
                "Python), or drop columns.",
                sample="polynomial",
            )
        outputs = tuple(
            f"{names[a]}^2" if a == b else f"{names[a]}*{names[b]}"
            for a, b in zip(left.tolist(), right.tolist(), strict=True)
        )
        return FittedStep(Products(tuple(left.tolist()), tuple(right.tolist())), outputs)


COMPONENT = Polynomial()
