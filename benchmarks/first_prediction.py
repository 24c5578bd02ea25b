"""Measures how long it takes from nothing to a first prediction over HTTP, as the README shows it.

In an empty folder `modelyard up` is started. Told are the seconds until the API answers, until the
demo model has answered, and from Ctrl-C until no process is left. Target: an answer within 60 s.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

from measuring.results import keep, print_table
from measuring.servers import ask

TARGETS_S = {"API answers": None, "first prediction": 60, "everything has ended": 10}
ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.5, "petal_width": 0.25}
# A platform that says nothing for so long has not started.
_MOST_WAIT_S = 300


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    rounds = [_round() for _ in range(asked.rounds)]
    medians = {name: median(each[name] for each in rounds) for name in TARGETS_S}
    result = keep("first_prediction", {"rounds": rounds, "targets_s": TARGETS_S, "s": medians})
    if asked.json:
        print(json.dumps(result))
        return
    print_table(
        ["until", "median s", "target s"],
        [[name, f"{seconds:.1f}", str(TARGETS_S[name] or "")] for name, seconds in medians.items()],
    )


def _round() -> dict[str, float]:
    """Start a platform in an empty folder, ask it, end it; return the seconds of each."""
    with tempfile.TemporaryDirectory(prefix="modelyard-first-") as name:
        own = {"MODELYARD_HOME": f"{name}/home", "MODELYARD_KEYS": f"{name}/keys"}
        begun = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-m", "modelyard", "up", "--port", "0", "--json"],
            stdout=subprocess.PIPE,
            env={**os.environ, **own},
        ) as process:
            url = _url_of(process)
            _wait_for(f"{url}/health")
            answers_s = time.perf_counter() - begun
            _predict(url, begun)
            predicted_s = time.perf_counter() - begun
            process.send_signal(signal.SIGINT)
            ended = time.perf_counter()
            process.wait()
            while _is_anybody_in(f"{name}/home"):
                time.sleep(0.05)
            return {
                "API answers": answers_s,
                "first prediction": predicted_s,
                "everything has ended": time.perf_counter() - ended,
            }


def _url_of(process: subprocess.Popen[bytes]) -> str:
    printed = b""
    while not printed.endswith(b"\n}\n"):
        line = process.stdout.readline()
        if not line:
            raise SystemExit("The platform has ended instead of starting.")
        printed += line
    return json.loads(printed)["url"]


def _wait_for(address: str) -> None:
    with urllib.request.urlopen(address, timeout=_MOST_WAIT_S) as answer:  # noqa: S310 -- our own
        answer.read()


def _predict(url: str, begun: float) -> None:
    """Ask the demo model until it answers."""
    while True:
        try:
            answer = ask(f"{url}/api/v1/ml/models/demo/predict", {"row": ROW})
        except OSError as error:
            if time.perf_counter() - begun > _MOST_WAIT_S:
                raise SystemExit(f"The demo model does not answer: {error}") from error
            time.sleep(0.1)
            continue
        if answer["prediction"] != "setosa":
            raise SystemExit(f"A wrong answer: {answer}")
        return


def _is_anybody_in(home: str) -> bool:
    """Return whether a process works in a project folder."""
    mark = f"MODELYARD_HOME={home}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes().split(b"\0"):
                return True
        except OSError:
            continue
    return False


if __name__ == "__main__":
    main()
