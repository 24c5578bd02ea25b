"""Home tells whether the platform is well, what is here, and leads to a first model."""

import pytest

from modelyard.domain.identities import ModelAccess, Role

pytestmark = pytest.mark.extras


def _labels(app):
    return [each.proto.label for each in app.get("page_link")]


def test_home_tells_how_the_platform_is(page):
    home = page("home")
    assert [each.value for each in home.title] == ["Home"]
    assert not home.exception
    assert not home.error
    assert "The platform answers, but not all is well" in home.expander[0].label


def test_home_links_to_what_was_made_last(page):
    links = _labels(page("home"))
    assert "demo\\@⁠1" in links
    assert sum("demo" in label for label in links) == 3


def test_a_first_model_is_offered_while_there_is_none_but_the_demos(page):
    home = page("home")
    assert "A first model in three clicks" in [each.value for each in home.subheader]
    assert home.button[0].label == "Train on the sample table"


def test_a_viewer_who_is_refused_models_is_shown_what_else_there_is(page_as):
    home = page_as(Role.VIEWER, "home", access=ModelAccess.to_only("demo"))
    assert not home.exception
    headings = [each.value for each in home.subheader]
    assert {"Recent models", "Recent jobs", "In use"} <= set(headings)


def test_who_is_given_some_models_is_told_calmly_why_there_are_no_jobs(page_as):
    home = page_as(Role.VIEWER, "home", access=ModelAccess.to_only("demo"))
    assert not home.error
    assert sum("models that you are not given" in each.value for each in home.caption) == 1


def test_a_viewer_with_a_model_is_not_told_that_nothing_is_trained(page_as):
    home = page_as(Role.VIEWER, "home")
    assert "A first model in three clicks" not in [each.value for each in home.subheader]
    assert not any("No models" in each.value for each in home.markdown)


def test_a_viewer_without_a_model_is_told_from_whom_models_come(page_as):
    home = page_as(Role.VIEWER, "home", access=ModelAccess.to_only("another"))
    assert any("No models for you yet" in each.value for each in home.markdown)
