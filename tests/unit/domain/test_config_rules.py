"""What a configuration may hold is refused in the same words, whichever door it came by."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.config_rules import MAX_SEED, check_config
from modelyard.domain.configs import PreparationConfig, ReadOptions, TrainingConfig
from modelyard.domain.errors import InvalidValue, UnknownKey, UsageError
from modelyard.domain.splits import Shares
from modelyard.workbench.options import config_of
from modelyard.workbench.training import train

CONFIG = TrainingConfig(target="y")
CODES = Catalog().finding_codes()

WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"target": ""}, "target"),
    ({"algorithm": 3}, "algorithm"),
    ({"parameters": {1: 2}}, "parameters"),
    ({"drop": (3,)}, "drop"),
    ({"group": 3}, "group"),
    ({"time": ""}, "time"),
    ({"n_folds": "5"}, "n_folds"),
    ({"n_folds": 1}, "n_folds"),
    ({"n_folds": True}, "n_folds"),
    ({"seed": -1}, "seed"),
    ({"seed": MAX_SEED + 1}, "seed"),
    ({"seed": 1.0}, "seed"),
    ({"shares": Shares("0.7", 0.1, 0.2)}, "shares"),  # type: ignore[arg-type] -- what is refused
    ({"shares": Shares(0.7, 0.1, float("nan"))}, "shares"),
    ({"read": ReadOptions(encoding=3)}, "encoding"),  # type: ignore[arg-type] -- what is refused
    ({"read": ReadOptions(missing_tokens=(1,))}, "missing tokens"),  # type: ignore[arg-type] -- what is refused
    ({"preparation": PreparationConfig(normalize=True)}, "normalize"),  # type: ignore[arg-type] -- what is refused
    ({"schema": "{}"}, "schema"),
    ({"tags": {"a": 1}}, "tags"),
    ({"name": "a/b"}, "name"),
)


@pytest.mark.parametrize(("changed", "field"), WRONG, ids=str)
def test_a_field_that_cannot_be_is_named_with_what_came(
    changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidValue, match=field):
        check_config(replace(CONFIG, **changed), CODES)


@pytest.mark.parametrize("changed", [{"seed": MAX_SEED}, {"n_folds": 2}, {"tags": {"a": "1"}}, {}])
def test_a_field_at_the_edge_of_what_is_allowed_passes(changed: dict[str, Any]) -> None:
    check_config(replace(CONFIG, **changed), CODES)


@pytest.mark.parametrize("use", ["target", "group", "time"])
def test_a_column_that_the_training_needs_is_not_dropped(use: str) -> None:
    config = replace(CONFIG, **{use: "c", "drop": ("c",)})
    with pytest.raises(UsageError, match=f"'c' is the {use} column and is to be dropped"):
        check_config(config, CODES)


def test_only_findings_that_exist_are_accepted() -> None:
    check_config(replace(CONFIG, accepted=frozenset({"leakage-copy", "leakage-copy:a:b"})), CODES)
    with pytest.raises(UnknownKey) as caught:
        check_config(replace(CONFIG, accepted=frozenset({"leakage-cop:a"})), CODES)
    assert str(caught.value.fix).startswith("Did you mean 'leakage-copy'?")


def test_what_python_is_given_is_refused_in_words() -> None:
    rows = {"x": [1.0, 2.0] * 20, "y": ["no", "yes"] * 20}
    wrong: tuple[dict[str, Any], ...] = (
        {"n_folds": "5"},
        {"tags": {"a": 1}},
        {"shares": (0.8, 0.2)},
        {"shares": 0.8},
        {"drop": 5},
        {"kinds": ["x"]},
        {"seed": -1},
        {"seed": 2**63},
    )
    for options in wrong:
        (name,) = options
        with pytest.raises(InvalidValue, match=name):
            train(rows, target="y", **options)


def test_a_column_of_pictures_asks_for_an_algorithm_that_sees() -> None:
    assert config_of("y", {"kinds": {"photo": "image"}}).algorithm == "small-cnn"
    assert config_of("y", {}, are_pictures=True).algorithm == "small-cnn"
    assert (
        config_of("y", {"kinds": {"photo": "image"}, "algorithm": "fusion"}).algorithm == "fusion"
    )
    assert config_of("y", {"kinds": {"zip": "category"}}).algorithm == "lightgbm"


def test_scalars_of_numpy_are_taken_as_numbers() -> None:
    config = config_of("y", {"seed": np.int64(7)})
    check_config(config, CODES)
    assert type(config.seed) is int
