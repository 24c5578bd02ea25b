"""Measures one model over HTTP: ours, the servers that people use, and a bare one that says hello.

The same made table (20,000 rows, 10 numeric and 5 text columns, 5 % missing) teaches both sides 300
LightGBM trees. Ours is `modelyard serve` with flags, metrics and JSON logs on. The others serve
scikit-learn's ColumnTransformer before LGBMClassifier: FastAPI with pandas, and with
`--peer mlflow=/path/to/python` MLflow, BentoML or LitServe in environments of their own. The floor
is an ASGI application under the same uvicorn that reads the body and says hello: no server of
Python is faster.

One worker each, wrk with connections kept alive. The machine is never quiet, so the sides are
pressed in turn, and what is told is the median of the ratios of one round; beside it stands the
ratio of processor time for each request, which does not depend on who else takes the core.

Two workers are pressed with 100 rows a request, since wrk takes a good part of a core for single
rows, which two workers on two cores lack. What they answer for single rows is told as well.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from measuring.peers import ENVIRONMENT, FLOOR, OTHERS, OURS, USUAL, Peer, python_of
from measuring.results import keep, print_table
from measuring.servers import Pressed, Started, ask, body_script, pressed, sent, started
from measuring.tables import TARGET, mixed_columns, write_mixed

N_ROWS, N_TREES, N_BATCH, N_ASKED, N_STARTS = 20_000, 300, 10_000, 200, 5
CONNECTIONS = (32, 1)
# Rows of a request that leaves the client idle while two workers are busy.
N_TOGETHER = 100
CLOSE = 1e-6
AT_LEAST = {
    "times_mlflow": 100,
    "times_bentoml": 50,
    "share_of_floor": 0.25,
    "two_workers_times": 1.6,
}
AT_MOST = {
    "p50_times_floor": 2.5,
    "batch_times_in_process": 1.2,
    "memory_mb": 160,
    "first_answer_s": 1.0,
}
FIRST_PORT = 18_101


class Arena:
    """A folder with the package and the pipeline, in which servers are started."""

    def __init__(self, folder: Path, pythons: Mapping[str, str]) -> None:
        self.folder = folder
        self.pythons = pythons
        self.columns = mixed_columns(N_ROWS)
        self.package = _our_package(folder)
        self.pipeline = _usual_pipeline(folder, self.columns)
        self._n_started = 0

    def row(self, at: int) -> dict[str, Any]:
        """Return one row of the table, as an application sends it."""
        return {name: column[at] for name, column in self.columns.items() if name != TARGET}

    def start(self, peer: Peer, *options: str) -> Any:
        """Return the context in which a server runs."""
        port = FIRST_PORT + self._n_started
        self._n_started += 1
        python = python_of(peer.name, self.pythons)
        place = self.folder / f"{peer.name}-{port}"
        place.mkdir()
        (place / "pipeline.pkl").symlink_to(self.folder / "pipeline.pkl")
        (place / f"{peer.name}_server.py").write_text(peer.source, encoding="utf-8")
        path = f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}"
        env = ENVIRONMENT | {"PATH": path, "BENTOML_HOME": str(place / "bentoml")}
        if peer.prepare:
            subprocess.run(
                [python, "-c", peer.prepare], cwd=place, env=os.environ | env, check=True
            )
        return started(
            [*peer.words(python, port=port, package=self.package), *options],
            place,
            url=f"http://127.0.0.1:{port}{peer.path}",
            body=peer.body(self.row(0)),
            env=env,
        )


def _our_package(folder: Path) -> Path:
    """Train by Modelyard and return the folder of the package."""
    os.environ["MODELYARD_HOME"] = str(folder / "home")
    os.environ["MODELYARD_KEYS"] = str(folder / "keys")
    import modelyard

    path = folder / "mixed.csv"
    write_mixed(path, N_ROWS)
    parameters = {"n_estimators": N_TREES, "early_stopping_rounds": 0}
    model = modelyard.train(path, target=TARGET, algorithm="lightgbm", parameters=parameters)
    return model.path


def _usual_pipeline(folder: Path, columns: dict[str, Any]) -> Any:
    """Fit what most projects serve, and pickle it for its servers."""
    import pickle

    from row_latency import usual_pipeline

    fitted = usual_pipeline(columns)
    (folder / "pipeline.pkl").write_bytes(pickle.dumps(fitted))
    return fitted


def paired(
    arena: Arena, peers: Sequence[Peer], *, rounds: int, seconds: int
) -> tuple[dict[str, list[dict[int, Pressed]]], dict[str, Started]]:
    """Press servers in turn, all of them running, and return the rounds of each."""
    found: dict[str, list[dict[int, Pressed]]] = {peer.name: [] for peer in peers}
    with ExitStack() as stack:
        servers = {peer.name: stack.enter_context(arena.start(peer)) for peer in peers}
        for _ in range(rounds):
            for peer in peers:
                script = body_script(arena.folder / "body.lua", peer.body(arena.row(0)))
                found[peer.name].append(
                    {
                        n: pressed(servers[peer.name], script, n_connections=n, seconds=seconds)
                        for n in CONNECTIONS
                    }
                )
        memory = {name: server.memory_mb() for name, server in servers.items()}
    sides = {
        name: {
            "requests_s": median(each[32].requests_s for each in told),
            "p50_ms": median(each[1].p50_ms for each in told),
            "cpu_us": median(each[32].cpu_us for each in told),
            "memory_mb": memory[name],
            "first_answer_s": servers[name].first_answer_s,
        }
        for name, told in found.items()
    }
    return found, sides


def main() -> None:
    """Print a table and what was aimed at, and write the same as JSON."""
    asked = _asked()
    pythons = dict(each.split("=", 1) for each in asked.peer)
    with tempfile.TemporaryDirectory() as name:
        arena = Arena(Path(name), pythons)
        rounds, sides = paired(arena, [FLOOR, OURS], rounds=asked.rounds, seconds=asked.seconds)
        ratios = _beside_floor(rounds["ours"], rounds["floor"])
        for peer in (USUAL, *(OTHERS[name] for name in pythons)):
            told, both = paired(arena, [peer, OURS], rounds=3, seconds=2 * asked.seconds)
            sides[peer.name] = both[peer.name]
            ratios |= _beside_peer(told["ours"], told[peer.name], name=peer.name)
        for peer in (OURS, USUAL, *(OTHERS[name] for name in pythons)):
            sides[peer.name] |= agreement(arena, peer)
        sides["ours"] |= _alone(arena)
        ratios |= two_workers(arena, rounds=asked.rounds, seconds=asked.seconds)
    ratios["batch_times_in_process"] = sides["ours"]["batch_times_in_process"]
    ratios |= {name: sides["ours"][name] for name in ("memory_mb", "first_answer_s")}
    result = keep(
        "serving",
        {"at_least": AT_LEAST, "at_most": AT_MOST, "sides": sides, "ratios": ratios},
    )
    if asked.json:
        print(json.dumps(result))
        return
    _print(result)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--rounds", type=int, default=7, help="turns of ours and the floor")
    parser.add_argument("--seconds", type=int, default=2, help="of each press")
    parser.add_argument(
        "--peer",
        action="append",
        default=[],
        metavar="NAME=PYTHON",
        help=f"measure {', '.join(OTHERS)} by a Python that has it; may be repeated",
    )
    asked = parser.parse_args()
    for each in asked.peer:
        if each.partition("=")[0] not in OTHERS or "=" not in each:
            parser.error(f"--peer is NAME=PYTHON, NAME one of {', '.join(OTHERS)}; {each!r} came")
    return asked


def _beside_floor(
    ours: list[dict[int, Pressed]], floor: list[dict[int, Pressed]]
) -> dict[str, float]:
    pairs = list(zip(ours, floor, strict=True))
    return {
        "share_of_floor": median(a[32].requests_s / b[32].requests_s for a, b in pairs),
        "cpu_share_of_floor": median(b[32].cpu_us / a[32].cpu_us for a, b in pairs),
        "p50_times_floor": median(a[1].p50_ms / b[1].p50_ms for a, b in pairs),
    }


def _beside_peer(
    ours: list[dict[int, Pressed]], theirs: list[dict[int, Pressed]], *, name: str
) -> dict[str, float]:
    pairs = list(zip(ours, theirs, strict=True))
    return {
        f"times_{name}": median(a[32].requests_s / b[32].requests_s for a, b in pairs),
        f"cpu_times_{name}": median(b[32].cpu_us / a[32].cpu_us for a, b in pairs),
    }


def agreement(arena: Arena, peer: Peer) -> dict[str, int]:
    """Return how many single rows get another label, or another probability, than in a batch."""
    wanted = _in_process(arena, peer)
    with arena.start(peer) as server:
        given = np.array(
            [peer.chances(ask(server.url, peer.body(arena.row(at)))) for at in range(N_ASKED)]
        )
    return {
        "wrong_labels": int((given.argmax(axis=1) != wanted.argmax(axis=1)).sum()),
        "other_probabilities": int((np.abs(given - wanted).max(axis=1) > CLOSE).sum()),
    }


def _in_process(arena: Arena, peer: Peer) -> np.ndarray:
    """Return the probabilities of the same rows as a batch, in this process."""
    columns = {name: column[:N_ASKED] for name, column in arena.columns.items() if name != TARGET}
    if peer is OURS:
        return _predictor(arena).predict_columns(columns).probabilities
    import pandas as pd

    return arena.pipeline.predict_proba(pd.DataFrame(columns))


def _predictor(arena: Arena) -> Any:
    from modelyard.bootstrap import open_project
    from modelyard.runtime.packages import open_package
    from modelyard.runtime.predictor import Predictor

    return Predictor.of(open_package(arena.package, {open_project().key.fingerprint}))


def _alone(arena: Arena) -> dict[str, float]:
    """Return what ours takes to start, and for 10,000 rows beside the same in this process."""
    starts, batch = [], {}
    for _ in range(N_STARTS):
        with arena.start(OURS) as server:
            starts.append(server.first_answer_s)
            batch = batch or _batch_seconds(arena, server)
    # Whatever else the machine does only slows a start down.
    return {"first_answer_s": min(starts), **batch}


def _batch_seconds(arena: Arena, server: Started) -> dict[str, float]:
    predictor = _predictor(arena)
    wanted = {name: column[:N_BATCH] for name, column in arena.columns.items() if name != TARGET}
    body = json.dumps({"columns": wanted}).encode()
    times: dict[str, list[float]] = {"batch_s": [], "in_process_s": []}
    for _ in range(15):
        begun = time.perf_counter()
        sent(f"{server.url}-batch", body)
        middle = time.perf_counter()
        predictor.predict_columns(wanted)
        times["batch_s"].append(middle - begun)
        times["in_process_s"].append(time.perf_counter() - middle)
    ratio = median(a / b for a, b in zip(*times.values(), strict=True))
    return {name: median(each) for name, each in times.items()} | {"batch_times_in_process": ratio}


def two_workers(arena: Arena, *, rounds: int, seconds: int) -> dict[str, float]:
    """Return how many times the requests of one worker two workers answer."""
    together = {"rows": [arena.row(at) for at in range(N_TOGETHER)]}
    many = body_script(arena.folder / "many.lua", together)
    single = body_script(arena.folder / "single.lua", OURS.body(arena.row(0)))
    ratios: dict[str, list[float]] = {"two_workers_times": [], "two_workers_times_single": []}
    with arena.start(OURS) as one, arena.start(OURS, "--workers", "2") as two:
        for _ in range(rounds):
            for name, script, below in zip(ratios, (many, single), ("-batch", ""), strict=True):
                rates = [
                    pressed(
                        Started(f"{server.url}{below}", server.pid, 0.0),
                        script,
                        n_connections=32,
                        seconds=seconds,
                    ).requests_s
                    for server in (one, two)
                ]
                ratios[name].append(rates[1] / rates[0])
    return {name: median(each) for name, each in ratios.items()}


def _print(result: dict[str, Any]) -> None:
    shown = {
        "requests_s": ",.0f",
        "p50_ms": ".3f",
        "cpu_us": ",.1f",
        "memory_mb": ".0f",
        "first_answer_s": ".2f",
        "wrong_labels": "d",
        "other_probabilities": "d",
    }
    print_table(
        ["server", *shown],
        [
            [name, *(format(side[key], form) if key in side else "" for key, form in shown.items())]
            for name, side in result["sides"].items()
        ],
    )
    print(f"of {N_ASKED} single rows against the same rows as a batch; 32 connections, p50 at 1")
    for name, value in result["ratios"].items():
        print(f"{name} {value:.3g}{_judged(name, value)}")


def _judged(name: str, value: float) -> str:
    if name in AT_LEAST:
        return f", at least {AT_LEAST[name]}: {'pass' if value >= AT_LEAST[name] else 'miss'}"
    if name in AT_MOST:
        return f", at most {AT_MOST[name]}: {'pass' if value <= AT_MOST[name] else 'miss'}"
    return ""


if __name__ == "__main__":
    main()
