"""Measures what asking for keys and logging every prediction costs a server.

One side is `modelyard serve` as it comes, with a line of JSON for each request. The other is the
process of a deployment: it looks every key up in a snapshot, writes every answer with its row to
the prediction log, and forces the disk before it tells it. Both serve the model of `serving.py`,
300 LightGBM trees over 15 columns, in one worker each, pressed by wrk with connections kept alive.

The machine is never quiet, so the sides are pressed in turn, and what is told is the median of the
ratios of one round; beside it stands the ratio of processor time for each request. After the
presses every record is counted: there are as many as requests that were answered.
"""

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from measuring.peers import ENVIRONMENT
from measuring.results import keep, print_table
from measuring.servers import Pressed, body_script, pressed, started
from serving import Arena

from modelyard.domain.credentials import digest_of
from modelyard.domain.serving_keys import ServingKey
from modelyard.kit.segments import read_records
from modelyard.serving.keys import encode_keys
from modelyard.worker.plans import ServingPlan, write_plan

CONNECTIONS = (32, 1)
AT_LEAST = {"share_of_plain": 0.7}
PORT = 18_301
KEY = "mdy_benchmark"
HEADERS = {"authorization": f"Bearer {KEY}"}
N_KEYS = 1_000


def main() -> None:
    """Print a table and what was aimed at, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--rounds", type=int, default=7, help="turns of both sides")
    parser.add_argument("--seconds", type=int, default=2, help="of each press")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        result = keep(
            "deployment", _measured(Path(name), rounds=asked.rounds, seconds=asked.seconds)
        )
    if asked.json:
        print(json.dumps(result))
        return
    _print(result)


def _measured(folder: Path, *, rounds: int, seconds: int) -> dict[str, Any]:
    arena = Arena(folder, {})
    body, plan = {"row": arena.row(0)}, _plan(arena)
    script = body_script(folder / "body.lua", body, HEADERS)
    told: dict[str, list[dict[int, Pressed]]] = {"plain": [], "deployed": []}
    with ExitStack() as stack:
        sides = {
            "plain": stack.enter_context(_plain(arena, body)),
            "deployed": stack.enter_context(_deployed(arena, plan, body)),
        }
        for _ in range(rounds):
            for name, side in sides.items():
                told[name].append(
                    {
                        n: pressed(side, script, n_connections=n, seconds=seconds)
                        for n in CONNECTIONS
                    }
                )
        memory = {name: side.memory_mb() for name, side in sides.items()}
    pairs = list(zip(told["deployed"], told["plain"], strict=True))
    records = [each for path in Path(plan.log).glob("*.log") for each in read_records(path)]
    return {
        "at_least": AT_LEAST,
        "sides": {
            name: _side(rounds) | {"memory_mb": memory[name]} for name, rounds in told.items()
        },
        "ratios": {
            "share_of_plain": median(a[32].requests_s / b[32].requests_s for a, b in pairs),
            "cpu_share_of_plain": median(b[32].cpu_us / a[32].cpu_us for a, b in pairs),
            "p50_times_plain": median(a[1].p50_ms / b[1].p50_ms for a, b in pairs),
        },
        "n_records": len(records),
        "record_bytes": median(each.end - each.offset for each in records),
    }


def _plan(arena: Arena) -> ServingPlan:
    """Write what the deployment serves, and a snapshot of as many keys as a large tenant has."""
    from modelyard.bootstrap import open_project
    from modelyard.runtime.packages import open_package

    fingerprint = open_project().key.fingerprint
    folder = arena.folder / "deployment"
    folder.mkdir()
    keys = folder / "keys.json"
    held = {digest_of(f"key {n}"): ServingKey("local", f"key:{n}", "viewer") for n in range(N_KEYS)}
    keys.write_bytes(encode_keys(held | {digest_of(KEY): ServingKey("local", "key:b", "viewer")}))
    plan = ServingPlan(
        name="mixed",
        tenant="local",
        reference="mixed@1",
        package=str(arena.package),
        sha256=open_package(arena.package, {fingerprint}).manifest_sha256,
        trusted=(fingerprint,),
        host="127.0.0.1",
        port=PORT + 1,
        keys=str(keys),
        log=str(folder / "predictions"),
    )
    write_plan(folder, plan)
    return plan


def _plain(arena: Arena, body: object) -> Any:
    command = [sys.executable, "-m", "modelyard", "serve", str(arena.package), "--port", str(PORT)]
    place = arena.folder / "plain"
    place.mkdir()
    url = f"http://127.0.0.1:{PORT}/predict"
    return started(command, place, url=url, body=body, env=ENVIRONMENT)


def _deployed(arena: Arena, plan: ServingPlan, body: object) -> Any:
    # The process ends with its input, which stays open as long as the pipe does.
    command = ["sh", "-c", f"sleep 1d | {sys.executable} -m modelyard.worker.serving ."]
    return started(
        command,
        arena.folder / "deployment",
        url=f"http://127.0.0.1:{plan.port}/predict",
        body=body,
        env=ENVIRONMENT,
        headers=HEADERS,
    )


def _side(rounds: list[dict[int, Pressed]]) -> dict[str, float]:
    return {
        "requests_s": median(each[32].requests_s for each in rounds),
        "p50_ms": median(each[1].p50_ms for each in rounds),
        "cpu_us": median(each[32].cpu_us for each in rounds),
    }


def _print(result: dict[str, Any]) -> None:
    shown = {"requests_s": ",.0f", "p50_ms": ".3f", "cpu_us": ",.1f", "memory_mb": ".0f"}
    print_table(
        ["server", *shown],
        [
            [name, *(format(side[key], form) for key, form in shown.items())]
            for name, side in result["sides"].items()
        ],
    )
    print("32 connections, p50 at 1")
    for name, value in result["ratios"].items():
        wanted = AT_LEAST.get(name)
        judged = f", at least {wanted}: {'pass' if value >= wanted else 'miss'}" if wanted else ""
        print(f"{name} {value:.3g}{judged}")
    print(f"{result['n_records']:,} records of {result['record_bytes']:.0f} bytes")


if __name__ == "__main__":
    main()
