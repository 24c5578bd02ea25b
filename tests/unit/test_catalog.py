"""The catalog leaves no doubt about which component is meant."""

from types import SimpleNamespace
from typing import Any

import pytest

from modelyard.catalog import Catalog, DuplicateComponentError, require_distinct
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
