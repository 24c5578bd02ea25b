"""What somebody does with the page, in a few words; each waits until the page has answered."""

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# Opens a tab on a platform's page.
OpenTab = Callable[..., Any]
# Far more than any answer takes on a crowded machine; less than the end of a test.
PATIENCE_MS = 60_000
# Of a browser: what moves or fades is there at once, or a test would look at it half faded.
CALM: Mapping[str, Any] = {"reduced_motion": "reduce"}

# Streamlit says itself whether its script runs (the attributes are for tests), but draws what came
# a moment later: a page has been drawn when it has a heading, and nothing in it moves for a while.
_IS_SETTLED = """async (quietMs) => {
  const isIdle = () => {
    const app = document.querySelector('[data-testid=stApp]');
    return app && app.dataset.testScriptState === 'notRunning'
      && app.dataset.testConnectionState === 'CONNECTED'
      && app.querySelector('h1') && !app.querySelector('[data-testid=stSkeleton]');
  };
  if (!isIdle()) return false;
  let hasMoved = false;
  const watching = new MutationObserver(() => { hasMoved = true; });
  watching.observe(document.body, {childList: true, characterData: true, subtree: true});
  await new Promise(done => setTimeout(done, quietMs));
  watching.disconnect();
  return !hasMoved && isIdle();
}"""
_QUIET_MS = 200
# Streamlit dresses anew some time after the browser has asked for another scheme, and only classes
# change then: the words have followed when they are dark on light, or light on dark.
_HAS_FOLLOWED = """scheme => {
  const lightness = colour => colour.match(/[0-9.]+/g).slice(0, 3)
    .reduce((sum, each) => sum + Number(each), 0) / (3 * 255);
  const app = document.querySelector('[data-testid=stApp]');
  const words = [app, ...document.querySelectorAll('[data-testid=stSidebar] p')];
  const isLight = scheme === 'light';
  return (lightness(getComputedStyle(app).backgroundColor) > 0.5) === isLight
    && words.every(each => (lightness(getComputedStyle(each).color) < 0.5) === isLight);
}"""


def open_page(tab: "Page", path: str = "", **query: str) -> None:
    """Open a page by its path, with what is to be looked at there."""
    tab.goto(f"/{path}?{urlencode(query)}" if query else f"/{path}")
    settle(tab)


def settle(tab: "Page") -> None:
    """Wait until the page has drawn what there is to draw."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    # Not `wait_for_function`: it takes the promise for an answer.
    while not tab.evaluate(_IS_SETTLED, _QUIET_MS):
        seen = tab.inner_text("body")[:500] if time.monotonic() > ends else ""
        assert time.monotonic() < ends, f"{tab.url} does not come to rest; it shows {seen!r}"
        tab.wait_for_timeout(50)


def dress(tab: "Page", scheme: str) -> None:
    """Ask for the light or the dark scheme, and wait until the page has followed."""
    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    tab.wait_for_function(_HAS_FOLLOWED, arg=scheme, timeout=PATIENCE_MS)
    settle(tab)


def press(
    tab: "Page", name: str | re.Pattern[str], *, role: str = "button", settles: bool = True
) -> None:
    """Press what has this name: a button, or e.g. a `link`.

    Args:
        tab: that shows it.
        name: that it is known by.
        role: what it is.
        settles: whether the page comes to rest then; one that watches a job draws itself anew.
    """
    element = tab.get_by_role(role, name=name).first  # type: ignore[arg-type]
    element.click(timeout=PATIENCE_MS)
    if settles:
        settle(tab)


def fill(tab: "Page", label: str | re.Pattern[str], value: str) -> None:
    """Write into the field with this label, and leave it."""
    field = tab.get_by_label(label).first
    field.fill(value, timeout=PATIENCE_MS)
    field.press("Tab")
    settle(tab)


def choose(tab: "Page", label: str | re.Pattern[str], option: str) -> None:
    """Choose an option of the select box with this label."""
    tab.get_by_role("combobox", name=label).first.click(timeout=PATIENCE_MS)
    tab.get_by_role("option", name=option).first.click(timeout=PATIENCE_MS)
    settle(tab)


def tick(tab: "Page", name: str) -> None:
    """Choose the radio button with this name."""
    # What is seen and pressed is its label; the button itself is hidden.
    tab.get_by_role("radio", name=name, exact=True).check(force=True, timeout=PATIENCE_MS)
    settle(tab)


def upload(tab: "Page", path: Path) -> None:
    """Choose a file in the page's field for files, once the page that shows it has been drawn."""
    field = tab.locator("input[type=file]").first
    field.wait_for(state="attached", timeout=PATIENCE_MS)
    settle(tab)
    field.set_input_files(path, timeout=PATIENCE_MS)


def log_in(tab: "Page", email: str, password: str) -> None:
    """Log in by the form, as a person does."""
    tab.goto("/login")
    tab.get_by_label("E-mail address").fill(email)
    tab.get_by_label("Password").fill(password)
    tab.get_by_role("button", name="Log in").click()
    settle(tab)


def see(tab: "Page", words: str | re.Pattern[str], *, within_s: float = 60.0) -> "Locator":
    """Wait until these words stand on the page, and return where."""
    from playwright.sync_api import expect

    found = tab.get_by_text(words).filter(visible=True).first
    expect(found).to_be_visible(timeout=within_s * 1000)
    return found


def address(tab: "Page") -> str:
    """Return the path and the parameters of what is shown."""
    parts = urlsplit(tab.url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
