"""Home tells whether the platform is well, and what is here."""

import pytest

pytestmark = pytest.mark.extras


def test_home_tells_that_the_platform_is_well(page):
    home = page("home")
    assert [each.value for each in home.title] == ["Home"]
    assert not home.exception
    assert not home.error
