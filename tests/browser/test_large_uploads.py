"""Large files: straight to the platform, past the page, and on where a reload ended them."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from crowds import Crowd
from processes_of_pages import page_process
from visiting import PATIENCE_MS, OpenTab, open_page, see, settle, upload

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from platforms import Platform

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Response, Route

pytestmark = pytest.mark.extras

# What passed through the page would stay in its process, and Python's own needs vary by less.
MOST_GROWTH_BYTES = 64_000_000
_PATCHES = "**/uploads/*"


def _file(folder: Path, *, size_mb: int) -> Path:
    """Write a table of about so many megabytes, of which no part is like another."""
    path = folder / "large.csv"
    with path.open("w", encoding="ascii") as file:
        file.write("number,square,text\n")
        row = 0
        while file.tell() < size_mb * 1_000_000:
            rows = range(row, row + 10_000)
            file.writelines(f"{at},{at * at},{at % 97:060d}\n" for at in rows)
            row += 10_000
    return path


def _page_memory(platform: Platform) -> int:
    """Return the bytes that the page's process holds."""
    status = Path(f"/proc/{page_process(platform)}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) << 10


class Cable:
    """The way of an upload's parts: it notes where each begins that arrives, and can be cut.

    Attributes:
        offsets: where the parts begin that have arrived.
        most: how many parts it lets through.
    """

    def __init__(self, tab: "Page") -> None:
        self.offsets: list[int] = []
        self.most = 1_000_000
        self._n_let_through = 0
        tab.route(_PATCHES, self._pass_on)
        tab.on("response", self._note)

    def _pass_on(self, route: "Route", request: "Request") -> None:
        if request.method == "PATCH":
            self._n_let_through += 1
            if self._n_let_through > self.most:
                route.abort()
                return
        route.continue_()

    def _note(self, response: "Response") -> None:
        if response.request.method == "PATCH" and response.ok:
            self.offsets.append(int(response.request.headers["upload-offset"]))


class Silence:
    """Holds back what became of an upload, as a platform does that has not taken it in yet.

    Attributes:
        n_asked: how often was asked.
        is_over: whether it is told now.
    """

    def __init__(self, tab: "Page") -> None:
        self.n_asked = 0
        self.is_over = False
        tab.route(_PATCHES, self._pass_on)

    def _pass_on(self, route: "Route", request: "Request") -> None:
        if request.method != "GET" or self.is_over:
            route.continue_()
            return
        told = route.fetch()
        self.n_asked += 1
        route.fulfill(response=told, json=told.json() | {"version": None})


def _upload_over_a_reload(tab: "Page", file: Path) -> Cable:
    """Upload a file; after its first part the way is cut, the page loaded anew, and gone on."""
    cable = Cable(tab)
    cable.most = 1
    open_page(tab, "data")
    upload(tab, file)
    tab.get_by_role("button", name="Upload").click()
    ends = time.monotonic() + PATIENCE_MS / 1000
    while not cable.offsets:
        assert time.monotonic() < ends, "no part has arrived"
        tab.wait_for_timeout(100)
    tab.reload()
    cable.most = 1_000_000
    settle(tab)
    upload(tab, file)
    see(tab, re.compile("of this file is there already; it goes on from there"))
    tab.get_by_role("button", name="Upload").click()
    return cable


@pytest.mark.parametrize(
    ("size_mb", "within_s"),
    [(30, 120), pytest.param(500, 900, marks=pytest.mark.slow)],
    ids=["30-mb", "500-mb"],
)
def test_a_file_goes_on_after_a_reload_where_it_was_and_past_the_page(
    laptop: Platform, tab: "Page", open_tab: OpenTab, tmp_path: Path, size_mb: int, within_s: int
) -> None:
    file = _file(tmp_path, size_mb=size_mb)
    open_page(tab, "data")
    before = _page_memory(laptop)
    cable = _upload_over_a_reload(tab, file)
    # The page answers somebody else meanwhile.
    open_page(open_tab(laptop), "about")
    see(tab, re.compile("^large@"), within_s=within_s)
    # Each part came once, those of before the cut included.
    assert cable.offsets == list(range(0, file.stat().st_size, cable.offsets[1]))
    assert _page_memory(laptop) - before < MOST_GROWTH_BYTES
    with Client(laptop.api) as client:
        assert client.datasets.show("large").size_bytes == file.stat().st_size


def test_whoever_has_logged_in_uploads_as_themselves(
    crowd: Crowd, tab_of: Callable[[Role], "Page"], tmp_path: Path
) -> None:
    file = tmp_path / "own.csv"
    file.write_text("number,square\n" + "".join(f"{at},{at * at}\n" for at in range(100)))
    tab = tab_of(Role.EDITOR)
    open_page(tab, "data")
    upload(tab, file)
    tab.get_by_role("button", name="Upload").click()
    see(tab, re.compile("^own@"))
    with crowd.client(Role.EDITOR) as client:
        assert client.datasets.show("own").created_by == client.logins.show_me().subject


def test_a_file_that_has_arrived_is_being_taken_in_and_not_cut_off(
    tab: "Page", tmp_path: Path
) -> None:
    file = tmp_path / "arrived.csv"
    file.write_text("number,square\n" + "".join(f"{at},{at * at}\n" for at in range(100)))
    open_page(tab, "data")
    silence = Silence(tab)
    upload(tab, file)
    tab.get_by_role("button", name="Upload").click()
    see(tab, "has arrived, and is being taken in")
    asked, ends = silence.n_asked, time.monotonic() + PATIENCE_MS / 1000
    while silence.n_asked < asked + 3:
        assert time.monotonic() < ends, "nobody asks what became of the file"
        assert tab.get_by_text("was cut").filter(visible=True).count() == 0
        tab.wait_for_timeout(100)
    see(tab, "The platform checks it and makes a dataset of it.")
    silence.is_over = True
    see(tab, re.compile("^arrived@"))
