"""Hyperparameters come out typed, inside their range, or not at all."""

import pytest

from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.tasks import Task
from modelyard.engine.parameters import resolve_parameters
from modelyard.protocols.algorithms import AlgorithmCard, Needs, Parameter

CARD = AlgorithmCard(
    key="toy",
    title="Toy",
    summary="",
    tasks=frozenset(Task),
    parameters=(
        Parameter("trees", 100, "count", minimum=1, maximum=1000),
        Parameter("rate", 0.1, "step", minimum=0.0, maximum=1.0),
        Parameter("depth", None, "limit", minimum=1),
        Parameter("fast", default=True, help="hurry"),
        Parameter("solver", "auto", "way", choices=("auto", "lbfgs")),
        Parameter("features", "sqrt", "share or word", minimum=0, maximum=1, choices=("sqrt",)),
        Parameter("note", "x", "free word"),
    ),
    needs=Needs(takes_missing=True, normalize="none", categorical_encoding="ordinal"),
    source="",
)


def test_defaults_are_kept_where_nothing_is_given() -> None:
    assert resolve_parameters(CARD, {}) == {
        "trees": 100,
        "rate": 0.1,
        "depth": None,
        "fast": True,
        "solver": "auto",
        "features": "sqrt",
        "note": "x",
    }


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("trees", "200", 200),
        ("trees", 200.0, 200),
        ("rate", "0.5", 0.5),
        ("rate", 1, 1.0),
        ("depth", "7", 7),
        ("depth", "none", None),
        ("depth", 3, 3),
        ("fast", "false", False),
        ("fast", False, False),
        ("solver", "lbfgs", "lbfgs"),
        ("features", "0.5", 0.5),
        ("features", "sqrt", "sqrt"),
        ("note", "anything", "anything"),
    ],
)
def test_values_are_read_as_the_type_of_their_parameter(
    name: str, given: object, value: object
) -> None:
    read = resolve_parameters(CARD, {name: given})[name]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("trees", "many", "whole number from 1 up to 1000"),
        ("trees", 0, "from 1"),
        ("trees", 1.5, "whole number"),
        ("trees", True, "whole number"),
        ("trees", None, "whole number"),
        ("rate", "nan", "a number from 0 up to 1"),
        ("rate", [1], "a number"),
        ("depth", 0, "from 1"),
        ("fast", "maybe", "true or false"),
        ("solver", "newton", "one of auto, lbfgs"),
        ("features", 2, "one of sqrt or a number"),
        ("note", 3, "a word"),
    ],
)
def test_a_value_outside_what_is_allowed_is_refused_with_the_range(
    name: str, given: object, says: str
) -> None:
    with pytest.raises(InvalidValue, match=says) as caught:
        resolve_parameters(CARD, {name: given})
    assert "default" in str(caught.value.fix)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownKey, match="no parameter 'tres'") as caught:
        resolve_parameters(CARD, {"tres": 1})
    assert "'trees'" in str(caught.value.fix)
