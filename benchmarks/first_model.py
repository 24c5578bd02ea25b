"""Measures how a newcomer comes to a first model of a table of their own, in the page.

`modelyard up` is started in an empty folder; a browser opens the page as soon as it answers, and
does what a newcomer does who changes no setting: bring a table, upload it, train, see the results.
Told are the seconds from the start of the command, and the clicks. Target: 2 minutes.
"""

import argparse
import json
import random
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring.browsing import CALM, open_page, press, running_chromium, see, up, upload, written
from measuring.results import keep, print_table

TARGET_S = 120
_N_ROWS = 1_000
_TRAINED_WITHIN_S = 400


def table() -> str:
    """Return the table of one's own: customers, some of whom have left."""
    rng = random.Random(8)  # noqa: S311 - no secret
    rows = [("age", "plan", "monthly", "churned")]
    for _ in range(_N_ROWS):
        age, monthly = rng.randint(18, 80), rng.gauss(40, 12)
        has_left = monthly / 20 - age / 40 + rng.gauss(0, 0.8) > 1
        plan = rng.choice(("basic", "plus", "pro"))
        rows.append((str(age), plan, f"{monthly:.2f}", "yes" if has_left else "no"))
    return written(rows)


def visit(folder: Path) -> list[dict[str, Any]]:
    """Do what a newcomer does; return each step with the seconds and the clicks until then."""
    file = folder / "customers.csv"
    file.write_text(table(), encoding="utf-8")
    steps: list[dict[str, Any]] = []
    begun, clicks = time.perf_counter(), 0

    def told(step: str, *, n_clicks: int) -> None:
        nonlocal clicks
        clicks += n_clicks
        steps.append({"step": step, "s": time.perf_counter() - begun, "clicks": clicks})

    with up(folder, "--page-port", "0", "--json") as platform, running_chromium() as browser:
        page = platform.page
        told("the command has told the address", n_clicks=0)
        tab = browser.new_context(base_url=page, **CALM).new_page()
        open_page(tab)
        told("Home is shown", n_clicks=0)
        press(tab, "Bring your own table")
        # One for the button, one for the file in the browser's own window.
        upload(tab, file)
        press(tab, "Upload")
        see(tab, re.compile(f"{_N_ROWS:,} rows"))
        told("the table is looked at", n_clicks=4)
        press(tab, "Train a model")
        press(tab, "Start training", settles=False)
        see(tab, re.compile("nothing is lost"))
        told("the training has begun", n_clicks=2)
        see(tab, "See the results", within_s=_TRAINED_WITHIN_S)
        press(tab, "See the results")
        see(tab, re.compile("guessing"))
        told("the results are shown", n_clicks=1)
    return steps


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="modelyard-first-model-") as name:
        steps = visit(Path(name))
    result = keep("first_model", {"target_s": TARGET_S, "n_rows": _N_ROWS, "steps": steps})
    if asked.json:
        print(json.dumps(result))
        return
    rows = [[each["step"], f"{each['s']:.1f}", str(each["clicks"])] for each in steps]
    print_table(["until", "s", "clicks"], rows)


if __name__ == "__main__":
    main()
