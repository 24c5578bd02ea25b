"""At work: a training outlives the page that watches it, and the keyboard alone suffices."""

import re
from typing import TYPE_CHECKING

import pytest
from visiting import address, open_page, press, see, settle

from modelyard.client.clients import Client
from modelyard.domain.jobs import JobState
from modelyard.ui.navigation import every_page
from modelyard.wire.jobs import TrainingRequest
from platforms import Platform

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.extras

_TABS, _STEPS = 60, 8
_LONG = {
    "data": {"tabular": {"target_column": "species"}},
    "modelyard": {"name": "endless", "automl": {"time_limit": 600}},
}


def _is_on_a_slider(tab: "Page") -> bool:
    return bool(
        tab.evaluate(
            "(at => at.type === 'range' || at.role === 'slider'"
            " || at.getAttribute('role') === 'slider')(document.activeElement)"
        )
    )


def test_a_training_goes_on_while_its_page_is_loaded_anew_and_can_be_cancelled_there(
    laptop: Platform, tab: "Page"
) -> None:
    body = TrainingRequest.model_validate({"dataset": "demo", "configuration": _LONG})
    with Client(laptop.api) as client:
        job = client.jobs.train(body)
        tab.goto(f"/train?job={job.id}")
        see(tab, re.compile("Running for"))
        before = address(tab)
        tab.reload()
        assert address(tab) == before
        see(tab, re.compile("Running for"))
        press(tab, "Cancel", settles=False)
        press(tab, "Cancel the training", settles=False)
        assert client.jobs.wait(job.id).state is JobState.CANCELLED
    see(tab, re.compile("cancelled", re.IGNORECASE))


def test_the_keyboard_alone_asks_for_a_prediction(laptop: Platform, tab: "Page") -> None:
    open_page(tab, "predict", model="demo@1")
    see(tab, re.compile("with a probability of"))
    for _ in range(_TABS):
        tab.keyboard.press("Tab")
        if _is_on_a_slider(tab):
            break
    first = tab.inner_text("[data-testid=stMain]")
    for _ in range(_STEPS):
        tab.keyboard.press("ArrowRight")
    settle(tab)
    see(tab, re.compile("with a probability of"))
    assert tab.inner_text("[data-testid=stMain]") != first


def test_the_keyboard_alone_reaches_every_page(laptop: Platform, tab: "Page") -> None:
    open_page(tab, "home")
    seen = set()
    for _ in range(_TABS):
        tab.keyboard.press("Tab")
        # Before the words stands an icon, which is a word to a program.
        seen.add(str(tab.evaluate("document.activeElement.innerText")).strip().rpartition("\n")[2])
    assert {page.title for page in every_page() if not page.is_personal} <= seen


def test_home_is_found_by_its_name_and_by_none(laptop: Platform, tab: "Page") -> None:
    open_page(tab, "home")
    assert address(tab) == "/"
    assert tab.get_by_role("dialog").count() == 0
