"""Brings each column to the even distribution from 0 to 1, by the ranks of its values."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modelyard.domain.columns import ColumnKind
from modelyard.protocols.transforms import FittedStep, Lesson, Role, TransformCard
from modelyard.runtime.steps.quantiles import Quantiles

# scikit-learn's default; fewer where there are fewer rows.
N_QUANTILES = 1000


class QuantileScale:
    """Learns quantiles, so that neither outliers nor a skew are left."""

    card = TransformCard(
        key="quantile-scale",
        title="Scale by rank",
        kinds=frozenset(kind for kind in ColumnKind if kind.is_number),
        source="scikit-learn, QuantileTransformer",
        role=Role.SCALE,
        word="quantile",
    )

    def fit(
        self,
        block: npt.NDArray[np.float64],
        names: Sequence[str],
        lesson: Lesson,  # noqa: ARG002 -- as every transform
    ) -> FittedStep:
        """Take up to 1,000 quantiles of each column; one without a value has the quantile 0."""
        shares = np.linspace(0, 1, max(1, min(N_QUANTILES, len(block))))
        # Of sorted values quantiles are read off; of others each would be sought.
        present = (np.sort(column[~np.isnan(column)]) for column in block.T)
        quantiles = tuple(
            tuple(np.maximum.accumulate(np.quantile(values, shares)).tolist())
            if len(values)
            else (0.0,)
            for values in present
        )
        return FittedStep(Quantiles(quantiles, is_normal=False), tuple(names))


COMPONENT = QuantileScale()
