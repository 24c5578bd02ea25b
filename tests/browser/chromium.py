"""Finds the Chromium that the tests of the page run in, and starts it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

# Set, it names the one to use, and a test without it fails instead of being skipped. Its name does
# not begin as the product's settings do, for those refuse what they do not know.
VARIABLE = "CHROMIUM_OF_MODELYARD"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# In a container there is neither a sandbox nor a GPU, and nobody is told that Chromium runs.
_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def find_chromium(playwright: "Playwright") -> str:
    """Return the path of a Chromium; where there is none, the test is skipped, in CI it fails."""
    named = os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        assert found, f"{VARIABLE} names {named!r}, which is no program here"
        return found
    own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    pytest.skip(f"needs Chromium: `playwright install chromium`, or name one in {VARIABLE}")


@contextmanager
def running_chromium() -> Iterator["Browser"]:
    """Start a Chromium without a window, which ends with the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=list(_OPTIONS))
        try:
            yield browser
        finally:
            browser.close()
