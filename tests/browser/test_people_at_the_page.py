"""People at the page: who may come in, what each may do, and that nobody sees another's visit."""

import os
import re
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from crowds import EMAILS, PASSWORD, Crowd
from processes_of_pages import page_process
from visiting import OpenTab, address, open_page, see, settle

from modelyard.domain.identities import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.extras


def test_whoever_is_not_logged_in_is_led_to_the_login_and_back(
    crowd: Crowd, open_tab: OpenTab
) -> None:
    tab = open_tab(crowd.platform)
    tab.goto("/data?dataset=none%401")
    see(tab, "Log in")
    assert address(tab).startswith("/login")
    tab.get_by_label("E-mail address").fill(EMAILS[Role.EDITOR])
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    tab.wait_for_url("**/data**")
    settle(tab)
    assert address(tab) == "/data?dataset=none%401"


def test_a_wrong_password_lets_nobody_in_and_does_not_say_what_was_wrong(
    crowd: Crowd, open_tab: OpenTab
) -> None:
    told = []
    for email in (EMAILS[Role.EDITOR], "nobody@example.org"):
        tab = open_tab(crowd.platform)
        tab.goto("/login")
        tab.get_by_label("E-mail address").fill(email)
        tab.get_by_label("Password").fill("a wrong one entirely")
        tab.get_by_role("button", name="Log in").click()
        told.append(tab.get_by_role("alert").inner_text())
        assert address(tab).startswith("/login")
    assert told[0] == told[1]


def test_a_login_survives_a_reload_and_a_second_tab_and_its_id_is_no_scripts(
    tab_of: Callable[[Role], "Page"],
) -> None:
    tab = tab_of(Role.EDITOR)
    tab.reload()
    settle(tab)
    second = tab.context.new_page()
    open_page(second, "jobs")
    see(second, "Jobs")
    kept = {each["name"]: each for each in tab.context.cookies()}
    assert (kept["modelyard"]["httpOnly"], kept["modelyard"]["sameSite"]) == (True, "Strict")
    assert "modelyard=" not in str(tab.evaluate("document.cookie"))
    stored = tab.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "eyJ" not in stored + tab.content()


def test_a_login_outlives_the_process_of_the_page(
    crowd: Crowd, tab_of: Callable[[Role], "Page"]
) -> None:
    tab = tab_of(Role.EDITOR)
    before = page_process(crowd.platform)
    os.kill(before, signal.SIGKILL)
    tab.reload()
    settle(tab)
    see(tab, re.compile(_shown(EMAILS[Role.EDITOR])))
    assert page_process(crowd.platform) != before


@pytest.mark.parametrize(
    ("role", "sees_admin", "may_upload"),
    [(Role.VIEWER, False, False), (Role.EDITOR, False, True), (Role.ADMIN, True, True)],
    ids=str,
)
def test_a_role_sees_what_it_may_do(
    tab_of: Callable[[Role], "Page"], role: Role, sees_admin: bool, may_upload: bool
) -> None:
    tab = tab_of(role)
    open_page(tab, "data")
    navigation = tab.get_by_role("navigation", name="App pages")
    assert navigation.get_by_role("link", name="Admin").count() == int(sees_admin)
    assert tab.get_by_role("button", name="Choose a file").count() == int(may_upload)


def test_the_address_of_a_page_that_is_not_for_a_role_shows_a_word_and_nothing_else(
    tab_of: Callable[[Role], "Page"],
) -> None:
    tab = tab_of(Role.VIEWER)
    open_page(tab, "admin")
    see(tab, "admin")
    assert tab.get_by_text(EMAILS[Role.EDITOR]).count() == 0


def test_two_people_at_once_are_two(tab_of: Callable[[Role], "Page"]) -> None:
    first, second = tab_of(Role.VIEWER), tab_of(Role.ADMIN)
    for tab, role in ((first, Role.VIEWER), (second, Role.ADMIN), (first, Role.VIEWER)):
        open_page(tab, "account")
        see(tab, re.compile(f"You are {_shown(EMAILS[role])}, {role.value}"))


def test_after_logging_out_going_back_shows_nothing_more(
    tab_of: Callable[[Role], "Page"],
) -> None:
    tab = tab_of(Role.VIEWER)
    open_page(tab, "account")
    press_log_out(tab)
    assert "modelyard" not in {each["name"] for each in tab.context.cookies()}
    tab.goto("/account")
    assert address(tab).startswith("/login")


def _shown(email: str) -> str:
    """Return a pattern of an address as it stands on the page, where it is no link."""
    return re.escape(email).replace("@", "@\u2060?")


def press_log_out(tab: "Page") -> None:
    """Log out as a person does, and wait for the login page."""
    tab.get_by_text("Log out").first.click()
    tab.wait_for_url("**/log*")


def test_the_keyboard_alone_logs_in(crowd: Crowd, open_tab: OpenTab) -> None:
    tab = open_tab(crowd.platform)
    tab.goto("/login")
    tab.get_by_label("E-mail address").wait_for()
    for _ in range(10):
        if tab.evaluate("document.activeElement.name") == "email":
            break
        tab.keyboard.press("Tab")
    tab.keyboard.type(EMAILS[Role.VIEWER])
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url(lambda url: "/login" not in url)
    settle(tab)
    see(tab, "Home")
