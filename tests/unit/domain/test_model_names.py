"""Names of models are safe in a path and in a reference, whatever they were made from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.errors import InvalidValue
from modelyard.domain.names import ModelReference, check_alias, check_name, slug

WEIRD = ["", "..", ".hidden", "-x", "a b", "a/b", "a\\b", "'; DROP TABLE", "<img>", "=1+1", "🚀"]


@given(st.text())
def test_a_slug_of_any_text_is_an_allowed_name(text: str) -> None:
    assert check_name(slug(text)) == slug(text)


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,20}[A-Za-z0-9])?", fullmatch=True))
def test_a_slug_of_an_allowed_name_is_the_name_itself(name: str) -> None:
    assert slug(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Données 2024 (final)", "Donnees-2024-final"),
        ("🚀", "model"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 300, "x" * 100),
    ],
)
def test_a_slug_resembles_the_text(text: str, name: str) -> None:
    assert slug(text) == name


@pytest.mark.parametrize("name", [*WEIRD, "a@1", "x" * 101, "line\n"])
def test_a_name_that_could_leave_its_folder_or_its_reference_is_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="For example"):
        check_name(name)


@pytest.mark.parametrize("alias", [*WEIRD, "3", "3a"])
def test_an_alias_cannot_be_mistaken_for_a_version(alias: str) -> None:
    with pytest.raises(InvalidValue, match="champion"):
        check_alias(alias)


def test_references_are_a_name_a_version_or_an_alias() -> None:
    assert ModelReference.parse("iris") == ModelReference("iris")
    assert ModelReference.parse("iris@12") == ModelReference("iris", version=12)
    assert ModelReference.parse("iris@champion") == ModelReference("iris", alias="champion")


@pytest.mark.parametrize(
    "text", ["@1", "iris@", "iris@0", "iris@-1", "iris@1@2", "iris@" + "9" * 30]
)
def test_a_reference_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        ModelReference.parse(text)
