"""Random search: every proposal is drawn anew, whatever was found before."""

from collections.abc import Sequence

import numpy as np

from modelyard.domain.trials import Dimension, Value, Values
from modelyard.protocols.searchers import Proposals, SearcherCard


class RandomSearch:
    """Draws each hyperparameter for itself, on its own scale."""

    card = SearcherCard(
        key="random",
        title="Random search",
        summary="Draws each hyperparameter at random within its range. Where few of them matter, "
        "it tries more values of these than a grid of the same size.",
        source="Bergstra, Bengio: Random Search for Hyper-Parameter Optimization, JMLR 13 (2012)",
    )

    def start(
        self,
        space: Sequence[Dimension],
        *,
        rng: np.random.Generator,
        n_points: int,  # noqa: ARG002 - of the protocol
    ) -> Proposals:
        """Start to draw."""
        return _Drawing(tuple(space), rng)


class _Drawing:
    n_points = None

    def __init__(self, space: tuple[Dimension, ...], rng: np.random.Generator) -> None:
        self._space = space
        self._rng = rng

    def ask(self) -> Values:
        return {each.name: _draw(each, self._rng) for each in self._space}

    def tell(self, values: Values, goodness: float | None) -> None:
        """Learn nothing."""


def _draw(dimension: Dimension, rng: np.random.Generator) -> Value:
    if dimension.choices:
        return dimension.choices[int(rng.integers(len(dimension.choices)))]
    # Half a step beyond its ends, a range gives its first and last whole number their full share.
    reach = 0.5 if dimension.is_whole else 0.0
    ends = np.array([dimension.low - reach, dimension.high + reach])
    drawn = np.exp(rng.uniform(*np.log(ends))) if dimension.is_log else rng.uniform(*ends)
    within = float(np.clip(drawn, dimension.low, dimension.high))
    return int(np.rint(within)) if dimension.is_whole else within


COMPONENT = RandomSearch()
