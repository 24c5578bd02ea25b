"""What every searcher in the catalog must keep, whoever wrote it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.catalog import Catalog
from modelyard.domain.trials import Dimension

SEARCHERS = Catalog().searchers()
SPACE = (
    Dimension("rate", 0.001, 10.0, is_log=True),
    Dimension("share", 0.25, 1.0),
    Dimension("leaves", 2, 9, is_whole=True),
    Dimension("rounds", 1, 1000, is_log=True, is_whole=True),
    Dimension("kernel", choices=("rbf", "linear", None)),
    Dimension("is_fast", choices=(False, True)),
)
every_searcher = pytest.mark.parametrize("searcher", SEARCHERS.values(), ids=list(SEARCHERS))


def _goodness(values):
    return -abs(np.log(values["rate"])) - values["share"] - (values["kernel"] == "linear")


def _asked(searcher, space=SPACE, *, seed=0, n=25, n_points=3):
    proposals = searcher.start(space, rng=np.random.default_rng(seed), n_points=n_points)
    asked = []
    for at in range(n):
        values = proposals.ask()
        if values is None:
            break
        proposals.tell(values, None if at % 7 == 3 else _goodness(values))
        asked.append(values)
    return asked


def _is_within(dimension, value):
    if dimension.choices:
        return value in dimension.choices
    is_right = type(value) is (int if dimension.is_whole else float)
    return is_right and dimension.low <= value <= dimension.high


@every_searcher
def test_every_proposal_names_all_dimensions_and_lies_within_them(searcher):
    asked = _asked(searcher)

    assert len(asked) == 25
    for values in asked:
        assert list(values) == [each.name for each in SPACE]
        assert all(_is_within(each, values[each.name]) for each in SPACE), values


@every_searcher
def test_the_same_generator_gives_the_same_proposals(searcher):
    assert _asked(searcher, seed=1) == _asked(searcher, seed=1)


@every_searcher
def test_what_was_not_asked_for_can_be_told(searcher):
    proposals = searcher.start(SPACE, rng=np.random.default_rng(0), n_points=3)
    told = {
        "rate": 1.0,
        "share": 0.5,
        "leaves": 3,
        "rounds": 10,
        "kernel": "rbf",
        "is_fast": True,
    }
    proposals.tell(told, 0.5)
    proposals.tell(told, None)

    assert proposals.ask() is not None


@every_searcher
def test_a_card_says_where_the_idea_is_from(searcher):
    assert searcher.card.source
    assert searcher.card.summary.endswith(".")


def test_a_grid_holds_every_combination_once_and_then_ends():
    space = (Dimension("a", 1.0, 100.0, is_log=True), Dimension("b", choices=("x", "y")))
    asked = _asked(
        SEARCHERS["grid"],
        (*space, Dimension("rate", 1.0, 2.0), Dimension("share", 0.0, 1.0), SPACE[4]),
        n=1000,
        n_points=2,
    )

    assert len(asked) == 2 * 2 * 2 * 2 * 3
    assert len({tuple(values.values()) for values in asked}) == len(asked)


@given(
    low=st.integers(1, 50), width=st.integers(1, 500), n=st.integers(2, 12), is_log=st.booleans()
)
def test_whole_points_of_a_grid_rise_from_end_to_end(low, width, n, is_log):
    dimension = Dimension("n", low, low + width, is_log=is_log, is_whole=True)
    proposals = SEARCHERS["grid"].start((dimension,), rng=np.random.default_rng(0), n_points=n)
    points = []
    while (values := proposals.ask()) is not None:
        points.append(values["n"])

    assert points == sorted(set(points))
    assert (points[0], points[-1]) == (low, low + width)
    assert len(points) == proposals.n_points


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_random_numbers_on_a_log_scale_favour_no_decade(seed):
    space = (Dimension("rate", 0.001, 10.0, is_log=True),)
    proposals = SEARCHERS["random"].start(space, rng=np.random.default_rng(seed), n_points=3)
    decades = np.floor(np.log10([proposals.ask()["rate"] for _ in range(400)]))

    counts = np.unique(decades, return_counts=True)[1]
    # A count of 400 draws over 4 decades lies within 100 ± 6 standard deviations of 8.7.
    assert len(counts) == 4
    assert counts.min() > 48


def test_the_bayesian_search_finds_better_values_than_the_random_one():
    # Medians over ten seeds, so that neither luck nor bad luck of one decides.
    best = {
        key: np.median(
            [max(map(_goodness, _asked(SEARCHERS[key], seed=seed, n=50))) for seed in range(10)]
        )
        for key in ("bayesian", "random")
    }

    assert best["bayesian"] > best["random"]
