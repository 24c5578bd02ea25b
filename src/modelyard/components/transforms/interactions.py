"""Adds the products of each two number columns."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import InvalidValue
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.products import Products

# Products of 45 columns; of more than that the table of features would be larger than the data by
# far, and its columns are better chosen one by one.
MAX_PRODUCTS = 1000


def multiply(
    table: pl.DataFrame,
    columns: Sequence[str],
    *,
    taught: Sequence[int],  # noqa: ARG001 -- as every transform
) -> tuple[pl.DataFrame, list[str]]:
    """Add the product of each two columns."""
    made = {}
    for at, left in enumerate(columns):
        for right in columns[at + 1 :]:
            made[f"{left}*{right}"] = pl.col(left) * pl.col(right)
    return table.with_columns(**made), list(made)


class Interactions:
    """Learns nothing; at most 1,000 columns are made."""

    card = TransformCard(
        key="interactions",
        title="Products",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number),
        source="scikit-learn, PolynomialFeatures(degree=2, interaction_only=True)",
        role=Role.ENGINEER,
        word="interactions",
    )
    script = staticmethod(multiply)

    def fit(
        self,
        block: npt.NDArray[np.float64],  # noqa: ARG002 -- as every transform
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Return a step with a product of each pair of columns.

        Raises:
            InvalidValue: if there are more than 1,000.
        """
        left, right = np.triu_indices(len(names), k=1)
        if len(left) > MAX_PRODUCTS:
            raise InvalidValue(
                f"engineered_features: interactions may make {MAX_PRODUCTS:,} columns; of the "
                f"{len(names)} number columns it would make {len(left):,}.",
                fix="Choose it for some columns alone, under modelyard.columns (columns= in "
                "Python), or drop columns.",
                sample="interactions",
            )
        outputs = tuple(
            f"{names[a]}*{names[b]}" for a, b in zip(left.tolist(), right.tolist(), strict=True)
        )
        return FittedStep(Products(tuple(left.tolist()), tuple(right.tolist())), outputs)


COMPONENT = Interactions()
