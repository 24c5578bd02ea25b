"""The way of a newcomer, in one go: from a file of one's own to answers that are downloaded."""

import csv
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contents import written
from visiting import open_page, press, see, settle, tick, upload

if TYPE_CHECKING:
    from playwright.sync_api import Download, Page

pytestmark = pytest.mark.extras


def _customers(*, n_rows: int) -> str:
    """Return a table that can be learned from, with a column of one value and repeated rows."""
    rng = random.Random(3)  # noqa: S311 - no secret
    rows = []
    for _ in range(n_rows):
        age, monthly = rng.randint(18, 80), rng.gauss(40, 12)
        has_left = monthly / 20 - age / 40 + rng.gauss(0, 0.8) > 1
        plan = rng.choice(("basic", "plus", "pro"))
        rows.append((str(age), plan, f"{monthly:.2f}", "web", "yes" if has_left else "no"))
    return written((("age", "plan", "monthly", "source", "churned"), *rows, *rows[:5]))


def _download(tab: "Page", name: str) -> "Download":
    with tab.expect_download() as coming:
        tab.get_by_role("link", name=name).first.click()
    return coming.value


def test_from_a_file_to_a_model_in_use_and_its_answers(tab: "Page", tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(_customers(n_rows=300), encoding="utf-8")

    open_page(tab)
    press(tab, "Bring your own table")
    upload(tab, file)
    press(tab, "Upload")
    see(tab, re.compile("305 rows"))

    see(tab, re.compile("5 of 305 rows repeat an earlier row"))
    press(tab, re.compile("Leave the repeats out"))
    see(tab, re.compile("5 repeated rows teach nothing"))

    press(tab, "Train a model")
    see(tab, "One of two answers")
    # More time than a crowded machine needs for a first model; with that it is told to stop.
    tab.get_by_role("slider", name=re.compile("Time to look")).press("ArrowRight")
    settle(tab)
    press(tab, "Start training", settles=False)
    see(tab, re.compile(r"^[1-9]\d* models?$"), within_s=200)
    press(tab, "Stop and keep the best so far", settles=False)
    see(tab, "See the results", within_s=200)
    press(tab, "See the results")
    see(tab, "Better than guessing")

    press(tab, "Put it in use", role="link")
    press(tab, "In use", role="tab")
    press(tab, re.compile("^Deploy customers"))
    press(tab, re.compile("^Deploy$"))
    see(tab, re.compile("answering"), within_s=120)

    press(tab, "Predict", role="link")
    see(tab, re.compile("with a probability of"))

    tick(tab, "A file")
    upload(tab, file)
    press(tab, "Upload")
    press(tab, "Predict")
    see(tab, re.compile("305 rows answered"), within_s=120)
    answers = _download(tab, "Download the answers").path()
    with answers.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == 305
    assert {row["prediction"] for row in rows} <= {"yes", "no", "True", "False"}
