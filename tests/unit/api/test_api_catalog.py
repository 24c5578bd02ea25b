"""What can be trained and measured, told so that a form can be made of it."""

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from modelyard.api.cards import form_of
from modelyard.catalog import Catalog

Ask = Callable[..., TestClient]

CATALOG = Catalog()
CARDS = {key: each.card for key, each in CATALOG.algorithms().items()}


def test_every_algorithm_and_every_metric_is_listed(ask: Ask) -> None:
    client = ask("viewer")
    algorithms: list[dict[str, Any]] = client.get("/api/v1/ml/algorithms").json()["items"]
    metrics = client.get("/api/v1/ml/metrics").json()["items"]
    assert {each["key"] for each in algorithms} == set(CARDS)
    assert {each["key"] for each in metrics} == set(CATALOG.metrics())
    titles = [each["title"] for each in algorithms]
    assert titles == sorted(titles)


@pytest.mark.parametrize("key", sorted(CARDS))
def test_the_form_of_an_algorithm_takes_its_defaults_and_nothing_beyond_its_ranges(
    key: str,
) -> None:
    card, form = CARDS[key], form_of(CARDS[key])
    jsonschema.Draft202012Validator.check_schema(form)
    validator = jsonschema.Draft202012Validator(form)
    assert validator.is_valid({each.name: each.default for each in card.parameters})
    assert not validator.is_valid({"no-such-parameter": 1})
    for each in card.parameters:
        if each.minimum is not None:
            assert not validator.is_valid({each.name: each.minimum - 1}), each.name
        if each.choices:
            values = (_value(word, default=each.default) for word in each.choices)
            assert all(validator.is_valid({each.name: value}) for value in values)
            assert not validator.is_valid({each.name: "no such word"}), each.name


def _value(word: str, *, default: object) -> str | None:
    """Return what a word stands for: `none` means null where it is no default."""
    return None if word == "none" != default else word
