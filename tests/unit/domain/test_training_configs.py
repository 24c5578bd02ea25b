"""What a user asked for survives being written down and read back."""

import json
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import PreparationConfig, ReadOptions, TrainingConfig
from modelyard.domain.errors import InvalidValue
from modelyard.domain.splits import Shares
from modelyard.domain.tasks import Task

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
READ_OPTIONS = st.builds(
    ReadOptions,
    encoding=st.none() | TEXT,
    delimiter=st.none() | TEXT,
    decimal=st.none() | TEXT,
    header=st.none() | st.booleans(),
    missing_tokens=st.none() | st.lists(TEXT, max_size=3).map(tuple),
    kinds=st.dictionaries(TEXT, st.sampled_from(ColumnKind), max_size=3),
)
CONFIGS = st.builds(
    TrainingConfig,
    target=TEXT,
    task=st.none() | st.sampled_from(Task),
    parameters=st.dictionaries(TEXT, JSON_VALUES, max_size=3),
    drop=st.lists(TEXT, max_size=3).map(tuple),
    group=st.none() | TEXT,
    seed=st.integers(),
    accepted=st.frozensets(TEXT, max_size=3),
    shares=st.builds(Shares, train=st.floats(0, 1), validation=st.floats(0, 1)),
    read=READ_OPTIONS,
    preparation=st.builds(PreparationConfig, normalize=TEXT),
    schema=st.none() | st.dictionaries(TEXT, JSON_VALUES, max_size=3),
    tags=st.dictionaries(TEXT, TEXT, max_size=3),
)


@given(CONFIGS)
def test_a_config_is_equal_after_a_round_trip_through_json_text(config: TrainingConfig) -> None:
    text = json.dumps(config.to_dict(), allow_nan=False)
    assert TrainingConfig.from_dict(json.loads(text)) == config


def test_fields_that_are_not_written_down_keep_their_default() -> None:
    assert TrainingConfig.from_dict({"target": "y"}) == TrainingConfig(target="y")


def test_numpy_scalars_and_tuples_become_plain_values() -> None:
    config = TrainingConfig(target="y", parameters={"depth": np.int64(3), "sizes": (1, 2)})
    assert config.to_dict()["parameters"] == {"depth": 3, "sizes": [1, 2]}
    assert type(config.to_dict()["parameters"]["depth"]) is int


def test_a_read_only_mapping_is_written_like_any_other() -> None:
    config = TrainingConfig(target="y", parameters=MappingProxyType({"a": 1}))
    assert config.to_dict()["parameters"] == {"a": 1}


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), np.float64("-inf"), object(), {1: 2}, {3}, b"x"]
)
def test_a_value_that_json_has_no_word_for_is_refused_with_its_place(value: object) -> None:
    config = TrainingConfig(target="y", parameters={"deep": [0, value]})
    with pytest.raises(InvalidValue, match=r"parameters\.deep\[1\]"):
        config.to_dict()
