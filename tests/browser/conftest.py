"""A real platform with its page, a real Chromium, and tabs in it that are watched."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from chromium import running_chromium
from crowds import EMAILS, PASSWORD, Crowd, invite_crowd
from visiting import CALM, OpenTab, log_in
from watching import Watch

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from platforms import PATIENCE_S, Platform, up

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The page on a free port, and told where.
_STARTED = ("--page-port", "0", "--json")


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """Start a Chromium for the tests of one module.

    Not for all: while it runs no test in this process can start an event loop of its own.
    """
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform on which nobody logs in, with the demo model."""
    with up(tmp_path_factory.mktemp("laptop"), *_STARTED) as platform:
        _wait_for_demo(platform)
        yield platform


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """A platform on which a viewer, an editor and an admin log in."""
    with up(tmp_path_factory.mktemp("crowd"), *_STARTED, "--login") as platform:
        yield invite_crowd(platform)


@pytest.fixture
def open_tab(chromium: "Browser", tmp_path: Path) -> Iterator[OpenTab]:
    """Return a function that opens a tab of a browser of its own on a platform's page.

    What no visit may lead to is looked for in every tab, when the test has ended. What the tabs
    show then is kept as pictures beside the test's files.
    """
    watches: list[Watch] = []
    with ExitStack() as stack:

        def opened(platform: Platform, **options: Any) -> "Page":
            context = chromium.new_context(base_url=platform.page, **CALM, **options)
            stack.callback(context.close)
            tab = context.new_page()
            watches.append(Watch(tab))
            stack.callback(tab.screenshot, path=tmp_path / f"tab-{len(watches)}.png")
            return tab

        yield opened
    assert [fault for watch in watches for fault in watch.faults] == []


@pytest.fixture
def tab(laptop: Platform, open_tab: OpenTab) -> "Page":
    """A tab on the page of the platform on which nobody logs in."""
    return open_tab(laptop)


@pytest.fixture
def tab_of(crowd: Crowd, open_tab: OpenTab) -> Callable[[Role], "Page"]:
    """Return a function that opens a tab in which somebody with a role has logged in."""

    def opened(role: Role) -> "Page":
        tab = open_tab(crowd.platform)
        log_in(tab, EMAILS[role], PASSWORD)
        return tab

    return opened


def _wait_for_demo(platform: Platform) -> None:
    ends = time.monotonic() + PATIENCE_S
    with Client(platform.api) as client:
        while not any(each.url for each in client.deployments.list().items):
            assert time.monotonic() < ends, "the demo does not answer"
            time.sleep(0.2)
