"""A model that was rounded is published where that cost next to nothing, and refused elsewhere."""

import pytest

from modelyard.domain.errors import ParityExceeded
from modelyard.domain.quantisations import Quantisation
from modelyard.packaging.parity import require_small_cost


def cost(
    n_rows: int, *, n_lost: int = 0, n_won: int = 0, worse: float | None = None
) -> Quantisation:
    told = (n_lost - n_won) / n_rows if worse is None else worse
    flips = n_lost + n_won
    return Quantisation(n_rows, flips, n_lost, n_won, "accuracy", 0.9, 0.8, 0.1, told, 400, 100)


@pytest.mark.parametrize(
    "told",
    [
        cost(1_000, n_lost=10),
        cost(1_000, n_lost=30, n_won=20),
        cost(12, n_lost=1),
        cost(50, worse=0.01),
        cost(50, n_won=20),
    ],
    ids=["a hundredth", "lost and won", "one row of few", "errors hardly larger", "better"],
)
def test_a_small_cost_is_published(told: Quantisation) -> None:
    require_small_cost(told)


@pytest.mark.parametrize(
    "told",
    [
        cost(1_000, n_lost=11),
        cost(12, n_lost=2),
        cost(50, worse=0.02),
        cost(50, worse=float("nan")),
    ],
    ids=["eleven in a thousand", "two rows of few", "errors larger", "no figure"],
)
def test_a_clear_loss_is_refused_with_what_it_is(told: Quantisation) -> None:
    with pytest.raises(ParityExceeded, match=r"accuracy 0\.8 in place of 0\.9"):
        require_small_cost(told)
