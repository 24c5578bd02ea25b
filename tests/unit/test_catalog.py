"""The catalog leaves no doubt about which component is meant."""

from types import SimpleNamespace
from typing import Any

import pytest

from modelyard.catalog import Catalog, DuplicateComponentError, install_hint, require_distinct
from modelyard.domain.tasks import Task
from modelyard.protocols.algorithms import AlgorithmCard, Needs
from modelyard.protocols.transforms import Role


def transform(word: str, role: Role = Role.IMPUTE) -> Any:
    """Return a transform that nothing but its card tells."""
    return SimpleNamespace(card=SimpleNamespace(role=role, word=word))


def test_two_transforms_that_one_word_chooses_are_refused() -> None:
    with pytest.raises(DuplicateComponentError, match="median chooses both 'ours' and 'theirs'"):
        require_distinct({"ours": transform("median"), "theirs": transform("median")})


def test_one_word_may_stand_in_two_roles() -> None:
    require_distinct({"a": transform("none"), "b": transform("none", Role.SCALE)})


def test_one_algorithm_is_the_baseline() -> None:
    catalog = Catalog()
    assert catalog.baseline() is catalog.algorithms()[catalog.baseline().card.key]


def card(*libraries: str, extra: str | None) -> AlgorithmCard:
    return AlgorithmCard(
        key="far",
        title="Far",
        summary="Needs a library.",
        tasks=frozenset(Task),
        parameters=(),
        needs=Needs(takes_missing=True, normalize="none", categorical_encoding="ordinal"),
        source="none",
        extra=extra,
        libraries=libraries,
    )


def test_an_algorithm_whose_library_is_missing_says_how_to_install_it() -> None:
    absent = card("numpy", "no-such-distribution-anywhere", extra="boosting")
    assert install_hint(absent) == "pip install 'modelyard[boosting]'"


def test_an_algorithm_whose_libraries_are_there_needs_no_word() -> None:
    assert install_hint(card("numpy", extra="boosting")) is None
    assert install_hint(card("numpy", extra=None)) is None
