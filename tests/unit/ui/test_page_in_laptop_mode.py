"""Where nobody logs in there are no accounts, and the page says how to come to them."""

import pytest

pytestmark = pytest.mark.extras


def test_nobody_has_an_account(page):
    assert "Nobody logs in here" in page("account").info[0].value


def test_nobody_is_invited_before_the_first_account(page):
    admin = page("admin")
    assert not admin.exception
    assert any("modelyard up --login" in each.value for each in admin.markdown)
    assert not admin.text_input


def test_the_page_offers_no_way_out_of_a_login_that_there_is_not(page):
    assert not page("home").sidebar.caption
