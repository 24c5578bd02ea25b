"""Grid search: every combination of a few values of each hyperparameter."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

import numpy as np

from modelyard.domain.trials import Dimension, Value, Values
from modelyard.protocols.searchers import Proposals, SearcherCard


class GridSearch:
    """Tries all combinations, so that what was found does not hang on luck."""

    card = SearcherCard(
        key="grid",
        title="Grid search",
        summary="Tries every combination: all choices, and a few values of each range with equal "
        "steps, or equal factors where the range asks for them.",
        source="scikit-learn: GridSearchCV; its weakness beside random search: Bergstra, Bengio, "
        "JMLR 13 (2012), figure 1",
    )

    def start(
        self,
        space: Sequence[Dimension],
        *,
        rng: np.random.Generator,  # noqa: ARG002 - of the protocol
        n_points: int,
    ) -> Proposals:
        """Lay the grid out, without filling it."""
        return _Grid({each.name: points_of(each, n_points) for each in space})


class _Grid:
    def __init__(self, points: dict[str, tuple[Value, ...]]) -> None:
        self.n_points = prod(len(values) for values in points.values())
        self._left: Iterator[Values] = (
            dict(zip(points, values, strict=True)) for values in product(*points.values())
        )

    def ask(self) -> Values | None:
        return next(self._left, None)

    def tell(self, values: Values, goodness: float | None) -> None:
        """Learn nothing."""


def points_of(dimension: Dimension, n_points: int) -> tuple[Value, ...]:
    """Return the choices, or values of the range from end to end, rounded where they are whole.

    >>> points_of(Dimension("depth", 1, 100, is_log=True, is_whole=True), 3)
    (1, 10, 100)
    """
    if dimension.choices:
        return dimension.choices
    space = np.geomspace if dimension.is_log else np.linspace
    values = np.clip(space(dimension.low, dimension.high, n_points), dimension.low, dimension.high)
    if dimension.is_whole:
        return tuple(dict.fromkeys(int(value) for value in np.rint(values)))
    return tuple(dict.fromkeys(float(value) for value in values))


COMPONENT = GridSearch()
