"""What an upload meets on its way does not end it where it can go on, nor undoes what was typed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from visiting import open_page, press, see, settle, upload

from modelyard.domain.identities import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Route

pytestmark = pytest.mark.extras

_PAGES_OWN = "**/token"
_BEGINNINGS = "**/uploads?*"
_UPLOADS = "**/uploads/*"
_FULL = {"detail": "The disk has no room.", "fix": "Free some space."}


def _file(folder: Path, name: str) -> Path:
    """Write a table, which is sent as one part."""
    path = folder / f"{name}.csv"
    path.write_text("number,square\n" + "".join(f"{at},{at * at}\n" for at in range(100)))
    return path


def _send(tab: "Page", file: Path) -> None:
    """Choose a file and begin to upload it."""
    open_page(tab, "data")
    upload(tab, file)
    press(tab, "Upload", settles=False)


def _refuse(route: "Route", request: "Request") -> None:
    """Answer as a platform does whose disk is full."""
    # A browser lets the page's script read what comes from elsewhere only where that allows it.
    headers = {"access-control-allow-origin": request.headers["origin"]}
    route.fulfill(status=507, headers=headers, json=_FULL)


class Beginnings:
    """Counts the uploads that a tab begins."""

    def __init__(self, tab: "Page") -> None:
        self.n = 0
        tab.route(_BEGINNINGS, self._count)

    def _count(self, route: "Route", request: "Request") -> None:
        self.n += request.method == "POST"
        route.continue_()


class FullDisk:
    """Answers parts as a platform does whose disk is full.

    Attributes:
        is_full: whether it still is.
    """

    def __init__(self, tab: "Page", *, takes_bytes: bool) -> None:
        """Take the bytes themselves where only what is made of them finds no room."""
        self.is_full = True
        self._takes_bytes = takes_bytes
        tab.route(_UPLOADS, self._pass_on)

    def _pass_on(self, route: "Route", request: "Request") -> None:
        if request.method != "PATCH" or not self.is_full:
            route.continue_()
            return
        if self._takes_bytes:
            route.fetch()
        _refuse(route, request)


def test_a_page_that_hands_no_token_out_for_a_moment_has_logged_nobody_out(
    tab_of: Callable[[Role], "Page"], tmp_path: Path
) -> None:
    tab = tab_of(Role.EDITOR)
    tab.route(_PAGES_OWN, lambda route: route.fulfill(status=503))
    _send(tab, _file(tmp_path, "restarted"))
    see(tab, "The page cannot be reached at the moment.")
    tab.unroute(_PAGES_OWN)
    press(tab, "Go on", settles=False)
    see(tab, re.compile("^restarted@"))


@pytest.mark.parametrize("status", [401, 403])
def test_whoever_is_refused_a_token_is_told_to_load_the_page_again(
    tab_of: Callable[[Role], "Page"], tmp_path: Path, status: int
) -> None:
    tab = tab_of(Role.EDITOR)
    tab.route(_PAGES_OWN, lambda route: route.fulfill(status=status))
    _send(tab, _file(tmp_path, "ended"))
    see(tab, re.compile("You are not logged in any more. Load the page again"))


@pytest.mark.parametrize(
    ("takes_bytes", "stage"),
    [(False, "was cut off"), (True, "has arrived, and is not taken in yet")],
    ids=["of-bytes", "of-a-dataset"],
)
def test_an_upload_goes_on_after_a_disk_was_full_and_is_not_begun_again(
    tab: "Page", tmp_path: Path, takes_bytes: bool, stage: str
) -> None:
    beginnings, disk = Beginnings(tab), FullDisk(tab, takes_bytes=takes_bytes)
    name = f"full-{takes_bytes}".lower()
    _send(tab, _file(tmp_path, name))
    see(tab, re.compile(r"The disk has no room\.\s+Free some space\.\s+It can go on when there is"))
    see(tab, stage)
    disk.is_full = False
    press(tab, "Go on", settles=False)
    see(tab, re.compile(f"^{name}@"))
    assert beginnings.n == 1


def test_what_a_full_disk_lets_not_even_begin_has_nothing_to_go_on_with(
    tab: "Page", tmp_path: Path
) -> None:
    tab.route(_BEGINNINGS, _refuse)
    _send(tab, _file(tmp_path, "not-begun"))
    see(tab, re.compile(r"The disk has no room\.\s+Free some space\."))
    assert tab.get_by_role("button", name="Upload").is_visible()
    assert not tab.get_by_role("button", name="Go on").is_visible()


def test_a_name_typed_while_an_earlier_upload_is_looked_for_stays(
    tab: "Page", tmp_path: Path
) -> None:
    FullDisk(tab, takes_bytes=False)
    file = _file(tmp_path, "looked-for")
    _send(tab, file)
    see(tab, "was cut off")
    tab.reload()
    settle(tab)
    held: list[Route] = []
    tab.route(_UPLOADS, lambda route: held.append(route))  # noqa: PLW0108 -- a method takes no mark
    with tab.expect_request(_UPLOADS):
        upload(tab, file)
    field = tab.get_by_label("Name of the dataset")
    field.fill("typed-meanwhile")
    with tab.expect_response(_UPLOADS):
        held[0].continue_()
    settle(tab)
    assert field.input_value() == "typed-meanwhile"
