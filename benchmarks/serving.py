"""Measures one model over HTTP: ours, the usual server, and a bare one that says hello.

The same made table (20,000 rows, 10 numeric and 5 text columns, 5 % missing) teaches both sides 300
LightGBM trees. Ours is `modelyard serve` with flags, metrics and JSON logs on. The usual side is
FastAPI with pandas and scikit-learn's ColumnTransformer before LGBMClassifier. The floor is an ASGI
application under the same uvicorn that reads the body and says hello: no server of Python is
faster. One worker each, wrk with connections kept alive, in turn over several rounds, of which the
best counts, since what else the machine does only slows down.

MLflow, BentoML and LitServe are servers of their own environments: `--peer NAME=URL` measures one
that runs already and takes the body of `--peer-body`.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from measuring.results import keep, print_table
from measuring.tables import TARGET, mixed_columns, write_mixed

N_ROWS, N_TREES, N_BATCH = 20_000, 300, 10_000
ROUNDS, SECONDS = 3, 4
TARGETS = {
    "share_of_floor": 0.25,
    "p50_times_floor": 2.5,
    "batch_times_in_process": 1.2,
    "memory_mb": 160,
    "first_answer_s": 1.0,
}

HELLO = """
async def app(scope, receive, send):
    await receive()
    head = [(b"content-type", b"text/plain"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b"hello"})
"""

USUAL = """
import os, pickle
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel

with open(os.environ["PIPELINE"], "rb") as stream:
    pipeline = pickle.load(stream)
app = FastAPI()

class Body(BaseModel):
    row: dict

@app.get("/health")
def health():
    return {"status": "ok"}

@app.post("/predict")
def predict(body: Body):
    chances = pipeline.predict_proba(pd.DataFrame([body.row]))[0]
    return {"prediction": pipeline.classes_[chances.argmax()], "probabilities": chances.tolist()}
"""


def our_package(folder: Path) -> Path:
    """Train by Modelyard and return the folder of the package."""
    os.environ["MODELYARD_HOME"] = str(folder / "home")
    os.environ["MODELYARD_KEYS"] = str(folder / "keys")
    import modelyard

    path = folder / "mixed.csv"
    write_mixed(path, N_ROWS)
    parameters = {"n_estimators": N_TREES, "early_stopping_rounds": 0}
    model = modelyard.train(path, target=TARGET, algorithm="lightgbm", parameters=parameters)
    return model.path


def usual_pipeline(folder: Path, columns: dict[str, Any]) -> None:
    """Fit what most projects serve, and pickle it beside its server."""
    import pickle

    from row_latency import usual_pipeline as fitted

    (folder / "pipeline.pkl").write_bytes(pickle.dumps(fitted(columns)))
    (folder / "usual.py").write_text(USUAL, encoding="utf-8")
    (folder / "hello.py").write_text(HELLO, encoding="utf-8")


@contextmanager
def started(command: list[str], folder: Path, *, port: int) -> Iterator[dict[str, Any]]:
    """Run a server until the block ends, and tell when its first answer came."""
    begun = time.perf_counter()
    with (folder / "server.log").open("wb") as log:
        env = {**os.environ, "PIPELINE": str(folder / "pipeline.pkl"), "OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=env)
    try:
        while not answers(port):
            if process.poll() is not None:
                raise SystemExit((folder / "server.log").read_text(encoding="utf-8"))
            time.sleep(0.005)
        yield {"first_answer_s": time.perf_counter() - begun, "pid": process.pid}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).read()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def pressed(url: str, script: Path, n_connections: int) -> tuple[float, float]:
    """Return requests per second and the median of the latency in milliseconds, by wrk."""
    command = ["wrk", "-t1", f"-c{n_connections}", f"-d{SECONDS}s", "--latency", "-s", str(script)]
    told = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told:
        raise SystemExit(told)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1))
    figure, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", told).groups()
    return rate, float(figure) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process and of its children."""
    children = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    )
    total = 0.0
    for each in (pid, *map(int, children.stdout.split())):
        status = Path(f"/proc/{each}/status").read_text(encoding="ascii")
        total += int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024
    return total


def batch_seconds(columns: dict[str, Any], port: int, package: Path) -> dict[str, float]:
    """Return the median of 10,000 rows as columns: over HTTP, and in this process."""
    from modelyard.bootstrap import open_project
    from modelyard.runtime.packages import open_package
    from modelyard.runtime.predictor import Predictor

    predictor = Predictor.of(open_package(package, {open_project().key.fingerprint}))
    wanted = {name: column[:N_BATCH] for name, column in columns.items() if name != TARGET}
    body = json.dumps({"columns": wanted}).encode()
    head = {"content-type": "application/json"}
    url = f"http://127.0.0.1:{port}/predict-batch"
    times: dict[str, list[float]] = {"http": [], "in_process": []}
    for _ in range(9):
        begun = time.perf_counter()
        urllib.request.urlopen(urllib.request.Request(url, body, head)).read()
        middle = time.perf_counter()
        predictor.predict_columns(wanted)
        times["http"].append(middle - begun)
        times["in_process"].append(time.perf_counter() - middle)
    return {name: median(each) for name, each in times.items()}


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=URL")
    parser.add_argument("--peer-body", default="", help="JSON that a peer takes for one row")
    asked = parser.parse_args()
    columns = mixed_columns(N_ROWS)
    row = {name: column[0] for name, column in columns.items() if name != TARGET}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        package = our_package(folder)
        usual_pipeline(folder, columns)
        script = body_script(folder / "row.lua", json.dumps({"row": row}))
        sides = measured(folder, package, columns=columns, script=script)
        for each in asked.peer:
            peer, _, url = each.partition("=")
            peer_script = body_script(folder / "peer.lua", asked.peer_body)
            rate, _ = pressed(url, peer_script, 32)
            sides[peer] = {"requests_s": rate, "p50_ms": pressed(url, peer_script, 1)[1]}
    result = keep("serving", {"targets": TARGETS, "sides": sides, "ratios": ratios(sides)})
    if asked.json:
        print(json.dumps(result))
        return
    _print(result)


def body_script(path: Path, body: str) -> Path:
    """Write what wrk sends."""
    path.write_text(
        f'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\n'
        f"wrk.body = [==[{body}]==]\n",
        encoding="utf-8",
    )
    return path


def measured(
    folder: Path, package: Path, *, columns: dict[str, Any], script: Path
) -> dict[str, Any]:
    """Return the figures of each side."""
    uvicorn = [sys.executable, "-m", "uvicorn", "--log-level", "error", "--no-access-log"]
    ours = [sys.executable, "-m", "modelyard", "serve", str(package)]
    commands = {
        "floor": ([*uvicorn, "--lifespan", "off", "hello:app", "--port", "18101"], 18101),
        "ours": ([*ours, "--port", "18102"], 18102),
        "usual": ([*uvicorn, "usual:app", "--port", "18103"], 18103),
    }
    sides: dict[str, Any] = {name: {"requests_s": 0.0, "p50_ms": 1e9} for name in commands}
    for _ in range(ROUNDS):
        for name, (command, port) in commands.items():
            with started(command, folder, port=port) as told:
                side, url = sides[name], f"http://127.0.0.1:{port}/predict"
                first = side.get("first_answer_s", 1e9)
                side["first_answer_s"] = min(first, told["first_answer_s"])
                side["requests_s"] = max(side["requests_s"], pressed(url, script, 32)[0])
                side["p50_ms"] = min(side["p50_ms"], pressed(url, script, 1)[1])
                side["memory_mb"] = memory_mb(told["pid"])
                if name == "ours":
                    side["batch_s"] = batch_seconds(columns, port, package)
    return sides


def ratios(sides: dict[str, Any]) -> dict[str, float]:
    """Return what the targets speak of."""
    ours, floor, usual = sides["ours"], sides["floor"], sides["usual"]
    return {
        "share_of_floor": ours["requests_s"] / floor["requests_s"],
        "p50_times_floor": ours["p50_ms"] / floor["p50_ms"],
        "times_usual": ours["requests_s"] / usual["requests_s"],
        "batch_times_in_process": ours["batch_s"]["http"] / ours["batch_s"]["in_process"],
        "memory_mb": ours["memory_mb"],
        "first_answer_s": ours["first_answer_s"],
    }


def _print(result: dict[str, Any]) -> None:
    print_table(
        ["server", "c=32 req/s", "c=1 p50 ms", "memory MB", "first answer s"],
        [
            [
                name,
                f"{side['requests_s']:,.0f}",
                f"{side['p50_ms']:.3f}",
                f"{side.get('memory_mb', float('nan')):.0f}",
                f"{side.get('first_answer_s', float('nan')):.2f}",
            ]
            for name, side in result["sides"].items()
        ],
    )
    for name, value in result["ratios"].items():
        target = f", target {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name} {value:.3g}{target}")


if __name__ == "__main__":
    main()
