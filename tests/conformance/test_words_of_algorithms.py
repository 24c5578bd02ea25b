"""Every hyperparameter that is a word takes its words, and nothing else, of every algorithm."""

import pytest

from modelyard.catalog import Catalog
from modelyard.domain.errors import InvalidValue
from modelyard.engine.parameters import resolve_parameters

WORDS = [
    pytest.param(algorithm.card, each, id=f"{key}-{each.name}")
    for key, algorithm in sorted(Catalog().algorithms().items())
    for each in algorithm.card.parameters
    if each.choices
]
ONLY_WORDS = [
    case
    for case in WORDS
    if isinstance(case.values[1].default, str)
    and case.values[1].minimum is None
    and case.values[1].maximum is None
]


def read(card, parameter, value):
    return resolve_parameters(card, {parameter.name: value})[parameter.name]


@pytest.mark.parametrize(("card", "parameter"), WORDS)
def test_every_word_is_taken(card, parameter):
    for word in parameter.choices:
        # Of a number, none is the word for no value.
        is_word = word != "none" or isinstance(parameter.default, str)
        assert read(card, parameter, word) == (word if is_word else None)


@pytest.mark.parametrize(("card", "parameter"), ONLY_WORDS)
def test_what_is_none_of_the_words_is_refused_with_them(card, parameter):
    for value in (1, 8, 19, 18.5, "8", "1e3", "nan", "abc", "", True, [1], {}):
        with pytest.raises(InvalidValue, match="must be one of") as refusal:
            read(card, parameter, value)
        assert all(word in str(refusal.value) for word in parameter.choices)


@pytest.mark.parametrize(("card", "parameter"), ONLY_WORDS)
def test_a_number_writes_the_word_of_its_digits(card, parameter):
    for word in filter(str.isdigit, parameter.choices):
        assert read(card, parameter, int(word)) == word
        assert read(card, parameter, float(word)) == word


@pytest.mark.parametrize(("card", "parameter"), WORDS)
def test_the_default_is_taken_as_it_stands(card, parameter):
    assert read(card, parameter, parameter.default) == parameter.default
