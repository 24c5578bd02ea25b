"""Every page, whatever it is: inert for hostile names, accessible, readable on a phone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from contents import COMPARED, HOSTILE_FILE, Content, hostile_table, trained, trained_again
from visiting import CALM, dress, open_page
from watching import Watch

from modelyard.client.clients import Client
from modelyard.ui.navigation import every_page
from platforms import Platform

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.extras

# The pages, and what is seen of two models side by side.
VIEWS = [*(page.path for page in every_page()), COMPARED]
# What axe-core calls worse than a nuisance.
GRAVE = {"serious", "critical"}
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# What names and categories would have become where they are read as markup.
_MARKUP_OF_USERS = (
    "img[src='x'], img[src*='example.com'], a[href*='example.com'], a[href^='javascript']"
)
_WIDER_THAN_THE_SCREEN = """() => [...document.querySelectorAll('h1, h2, h3, p, button, input')]
  .filter(each => each.checkVisibility({visibilityProperty: true}))
  .filter(each => !each.closest('[data-testid=stSidebar]'))
  .filter(each => each.getBoundingClientRect().right > window.innerWidth + 1)
  .filter(each => {
    for (let outer = each.parentElement; outer; outer = outer.parentElement) {
      if (['auto', 'scroll'].includes(getComputedStyle(outer).overflowX)
          && outer.scrollWidth > outer.clientWidth
          && outer.dataset.testid !== 'stMain') return false;
    }
    return true;
  })
  .map(each => each.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def hostile(laptop: Platform, tmp_path_factory: pytest.TempPathFactory) -> Content:
    """Return the hostile table, and the model, that the platform has."""
    file = tmp_path_factory.mktemp("hostile") / HOSTILE_FILE
    file.write_text(hostile_table(), encoding="utf-8")
    with Client(laptop.api) as client:
        content = trained(client, file, name="hostile", target="target <b>x</b>")
        return trained_again(client, content)


@contextmanager
def _watched(chromium: "Browser", platform: Platform, **options: Any) -> Iterator["Page"]:
    """Open a tab for all tests of the module, in which nothing happens that may not."""
    context = chromium.new_context(base_url=platform.page, **CALM, **options)
    tab = context.new_page()
    watch = Watch(tab)
    yield tab
    context.close()
    assert watch.faults == []


@pytest.fixture(scope="module")
def shown(
    chromium: "Browser", laptop: Platform, hostile: Content
) -> Iterator[Callable[[str], "Page"]]:
    """Return a function that shows the hostile content on a desktop."""
    last = ""
    with _watched(chromium, laptop, viewport=DESKTOP) as tab:

        def opened(view: str) -> "Page":
            nonlocal last
            if view != last:
                open_page(tab, hostile.path(view), **hostile.query(view))
                last = view
            return tab

        yield opened


@pytest.mark.parametrize("view", VIEWS)
def test_names_of_users_are_shown_and_never_read_as_markup(
    view: str, shown: Callable[[str], "Page"]
) -> None:
    tab = shown(view)
    assert tab.locator(_MARKUP_OF_USERS).evaluate_all("all => all.map(x => x.outerHTML)") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_keeps_anybody_from_using_it(
    view: str, scheme: str, shown: Callable[[str], "Page"]
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    tab = shown(view)
    dress(tab, scheme)
    found = Axe().run(tab).response["violations"]
    grave = [
        f"{each['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]
    assert grave == []


def test_on_a_phone_nothing_is_wider_than_the_screen(
    chromium: "Browser", laptop: Platform, hostile: Content
) -> None:
    with _watched(chromium, laptop, viewport=PHONE, has_touch=True) as tab:
        for view in VIEWS:
            open_page(tab, hostile.path(view), **hostile.query(view))
            assert tab.evaluate(_WIDER_THAN_THE_SCREEN) == [], view
