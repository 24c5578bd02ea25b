"""Records go to JSON and come back as they were."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.kit.records import from_plain, to_plain


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Part:
    numbers: tuple[float, ...]
    label: str | int | bool = "a"


@dataclass(frozen=True)
class Whole:
    parts: tuple[Part, ...]
    colour: Colour
    at: datetime
    one: Part | None = None
    pair: tuple[str, float] = ("", 0.0)
    by_name: Mapping[str, Part] = field(default_factory=dict)
    anything: Any = None


def there_and_back(value):
    return from_plain(type(value), json.loads(json.dumps(to_plain(value), allow_nan=False)))


@given(st.lists(st.floats(allow_nan=False)), st.one_of(st.text(), st.integers(), st.booleans()))
def test_a_record_comes_back_as_it_was(numbers, label):
    part = Part(tuple(numbers), label)
    moment = datetime(2024, 2, 29, 12, tzinfo=UTC)
    whole = Whole((part, part), Colour.RED, moment, part, ("x", 0.5), {"a": part}, [1, "b"])
    assert there_and_back(whole) == whole


def test_what_is_no_number_stays_none():
    assert math.isnan(there_and_back(Part((math.nan,))).numbers[0])


def test_a_field_that_lacks_keeps_its_default():
    assert from_plain(Part, {"numbers": []}) == Part(())


def test_a_field_without_default_is_asked_for():
    with pytest.raises(TypeError):
        from_plain(Part, {})
