"""A search looks where the card says, or where the user says, and nowhere that is not allowed."""

import pytest

from modelyard.catalog import Catalog
from modelyard.domain.errors import InvalidValue, UnknownKey, UsageError
from modelyard.domain.trials import Dimension
from modelyard.engine.tuning.spaces import space_of

ALGORITHMS = Catalog().algorithms()
LIGHTGBM = ALGORITHMS["lightgbm"].card
NEAREST = ALGORITHMS["k-nearest-neighbours"].card


def space(card, *, fixed=(), **wanted):
    return space_of(card, wanted=wanted, fixed=dict.fromkeys(fixed, 1))


SEARCHED = [
    key
    for key, each in ALGORITHMS.items()
    if any(parameter.search_low is not None for parameter in each.card.parameters)
]


@pytest.mark.parametrize("key", SEARCHED)
def test_the_space_of_every_card_lies_within_what_the_card_allows(key):
    card = ALGORITHMS[key].card
    for each in space(card):
        wanted = list(each.choices) or f"{each.low!r}..{each.high!r}"
        assert space(card, **{each.name: wanted}) == (each,)


def test_without_a_wish_all_ranges_and_words_of_the_card_are_searched():
    names = [each.name for each in space(NEAREST)]
    assert names == ["n_neighbors", "weights"]


def test_where_a_network_is_trained_is_not_searched():
    names = {each.name for each in space(ALGORITHMS["lstm"].card)}
    assert {"learning_rate", "hidden_size", "optimizer"} <= names
    assert names.isdisjoint({"device", "precision", "checkpoints", "loss", "monitor"})


def test_what_the_user_has_set_is_not_searched():
    assert "num_leaves" not in [each.name for each in space(LIGHTGBM, fixed=["num_leaves"])]


def test_what_the_user_names_is_searched_alone():
    (found,) = space(LIGHTGBM, num_leaves="8..64")
    assert found == Dimension("num_leaves", 8, 64, is_log=True, is_whole=True)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("0.01..0.2", Dimension("learning_rate", 0.01, 0.2, is_log=True)),
        (" 0.01 .. 0.2 ", Dimension("learning_rate", 0.01, 0.2, is_log=True)),
        ("1e-3..1 log", Dimension("learning_rate", 0.001, 1.0, is_log=True)),
        ("auto", Dimension("learning_rate", 0.01, 0.3, is_log=True)),
        ("0.1, 0.2", Dimension("learning_rate", choices=(0.1, 0.2))),
        ([0.1, 0.1, 0.3], Dimension("learning_rate", choices=(0.1, 0.3))),
    ],
)
def test_a_place_is_read_in_every_form(wanted, expected):
    assert space(LIGHTGBM, learning_rate=wanted) == (expected,)


def test_a_range_from_zero_has_equal_steps():
    (found,) = space(LIGHTGBM, lambda_l2="0..5 log")
    assert not found.is_log


def test_words_are_choices():
    (found,) = space(NEAREST, weights="uniform,distance")
    assert found.choices == ("uniform", "distance")


@pytest.mark.parametrize(
    "wanted", ["64..8", "8..8", "8..many", "0..10", "8..1e9", "", [], 8, None, {"low": 8}, "1.5"]
)
def test_a_place_that_cannot_be_is_refused(wanted):
    with pytest.raises(InvalidValue, match="num_leaves"):
        space(LIGHTGBM, num_leaves=wanted)


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownKey) as raised:
        space(LIGHTGBM, num_leafs="8..64")
    assert "num_leaves" in raised.value.fix


def test_what_is_set_cannot_be_searched_as_well():
    with pytest.raises(UsageError, match="set to 1 and is to be searched"):
        space(LIGHTGBM, fixed=["num_leaves"], num_leaves="8..64")


def test_a_parameter_without_a_range_needs_one_from_the_user():
    with pytest.raises(InvalidValue, match="gives no range"):
        space(LIGHTGBM, max_depth="auto")


def test_an_algorithm_without_ranges_says_so():
    with pytest.raises(InvalidValue, match="no parameter left to search"):
        space(ALGORITHMS["dummy"].card)


def test_a_default_beside_a_range_has_its_nearest_end_as_place():
    rate = Dimension("rate", 0.001, 10.0, is_log=True)
    assert rate.has_place_for(0.0)
    assert rate.nearest(0.0) == 0.001
    assert not rate.has_place_for("auto")
    assert not Dimension("k", choices=("a", "b")).has_place_for("c")
