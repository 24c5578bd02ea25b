"""Measures how long each page takes to open with 200 models, 1,000 jobs and 10,000 trainings.

A page is opened in a real Chromium by its address, and by a click in the navigation; the clock runs
from there until the last change of what is drawn. Beside the pages stands, as the floor, an empty
page of Streamlit with a heading alone, asked in the same turns. Target: 1.5 s.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from signal import SIGINT
from statistics import median
from typing import Any

import sqlalchemy as sa
from measuring.browsing import CALM, running_chromium, settle, up
from measuring.results import keep, print_table

from modelyard.client.clients import Client
from modelyard.store.databases import open_database
from modelyard.store.tables.jobs import JOBS
from modelyard.store.tables.models import ML_MODEL_NAMES, ML_MODELS
from modelyard.store.tables.runs import TRAINING_JOBS
from modelyard.ui.navigation import every_page

N_MODELS, N_JOBS, N_RUNS = 200, 1_000, 10_000
TARGET_S = 1.5
FLOOR = "an empty page of Streamlit"
_WAIT_S = 400.0
_NOTES_CHANGES = """
  window.lastChange = 0
  new MutationObserver(() => { window.lastChange = performance.now() })
    .observe(document, {childList: true, characterData: true, subtree: true})
"""


def make_demo(folder: Path) -> None:
    """Start a platform until its demo model answers, and end it."""
    with up(folder, "--no-page", "--json") as platform:
        ends = time.monotonic() + _WAIT_S
        with Client(platform.api) as client:
            while not any(each.url for each in client.deployments.list().items):
                if time.monotonic() > ends:
                    raise SystemExit("The demo model does not answer.")
                time.sleep(0.2)
        platform.end(SIGINT)


def fill(url: str) -> None:
    """Copy the demo's training, job and model until there are as many as are asked for."""
    database = open_database(url)
    with database.of("local").writing() as connection:
        _copy(connection, TRAINING_JOBS, N_RUNS, lambda row, at: _later(row, at, "started_at"))
        _copy(connection, JOBS, N_JOBS, lambda row, at: _later(row, at, "created_at"))
        names = [f"orders-{at}" for at in range(N_MODELS)]
        own = {"tenant": "local", "last_version": 1}
        connection.execute(sa.insert(ML_MODEL_NAMES), [{**own, "name": each} for each in names])
        _copy(connection, ML_MODELS, N_MODELS, lambda _, at: {"name": names[at]})
        connection.execute(sa.text("ANALYZE"))
    database.close()


def _later(row: dict[str, Any], at: int, column: str) -> dict[str, Any]:
    return {"id": f"{row['id'][:15]}-{at:06}-00000000", column: row[column] - timedelta(minutes=at)}


def _copy(connection: sa.Connection, table: sa.Table, n_rows: int, change: Any) -> None:
    (row, *_) = connection.execute(sa.select(table)).mappings()
    # Kept beside each other: all that is told of a metric, and its value to sort by.
    same = {**row, "metric_values": row["metrics"]} if "metrics" in row else {**row}
    rows = [{**same, **change(same, at)} for at in range(n_rows)]
    connection.execute(sa.insert(table), rows)


@contextmanager
def empty_page(folder: Path) -> Iterator[str]:
    """Serve a page that holds a heading alone, and yield its address."""
    script = folder / "empty.py"
    script.write_text("import streamlit as st\nst.title('Empty')\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = (
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
        f"--server.port={port}",
    )
    quiet = "--browser.gatherUsageStats=false"
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options, quiet]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _wait_for(address: str) -> None:
    ends = time.monotonic() + _WAIT_S
    while time.monotonic() < ends:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):  # noqa: S310 -- our own
            return
        time.sleep(0.1)
    raise SystemExit(f"{address} does not answer.")


def measure(page_url: str, empty_url: str, *, n_rounds: int) -> dict[str, dict[str, list[float]]]:
    """Return the seconds until each page was drawn, by page and by how it was opened."""
    seconds: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    pages = [page for page in every_page() if not page.is_personal]
    with running_chromium() as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, **CALM)
        context.add_init_script(_NOTES_CHANGES)
        tab = context.new_page()
        for turn in range(n_rounds + 1):
            for title, address in (
                (FLOOR, empty_url),
                *((page.title, f"{page_url}/{page.path}") for page in pages),
            ):
                tab.goto(address)
                settle(tab)
                # The first turn fills the browser's cache, and the processes' own.
                if turn:
                    seconds[title]["address"].append(tab.evaluate("lastChange") / 1000)
            for page in pages:
                begun = tab.evaluate("performance.now()")
                tab.get_by_role("navigation").get_by_text(page.title, exact=True).click()
                tab.wait_for_url(f"**/{page.path}*" if page is not pages[0] else "**/")
                settle(tab)
                if turn:
                    drawn = tab.evaluate("lastChange") - begun
                    seconds[page.title]["click"].append(drawn / 1000)
    return seconds


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="modelyard-pages-") as name:
        folder = Path(name)
        make_demo(folder)
        fill(f"sqlite:///{folder / 'home' / 'modelyard.db'}")
        with up(folder, "--page-port", "0", "--json") as platform, empty_page(folder) as empty_url:
            platform.wait_for("}")
            seconds = measure(platform.page, empty_url, n_rounds=asked.rounds)
    medians = {
        page: {
            how: {"median_s": median(each), "slowest_s": max(each)} for how, each in ways.items()
        }
        for page, ways in seconds.items()
    }
    sizes = {"n_models": N_MODELS, "n_jobs": N_JOBS, "n_runs": N_RUNS}
    result = keep("page_times", {"target_s": TARGET_S, **sizes, "pages": medians})
    if asked.json:
        print(json.dumps(result))
        return
    print_table(
        ["page", "by address s", "slowest s", "by a click s", "slowest s"],
        [
            [page, *_cells(ways, "address"), *_cells(ways, "click")]
            for page, ways in medians.items()
        ],
    )


def _cells(ways: dict[str, dict[str, float]], how: str) -> list[str]:
    return [f"{each:.2f}" for each in ways[how].values()] if how in ways else ["", ""]


if __name__ == "__main__":
    main()
