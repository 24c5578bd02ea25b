"""Kills the platform's processes at its durable steps and counts what is lost or doubled.

    python benchmarks/faults.py kills --count 500 --database postgresql
    python benchmarks/faults.py races --count 1000
    python benchmarks/faults.py writes --count 10000
    python benchmarks/faults.py fairness --count 100

`kills` ends a process by SIGKILL at a random failpoint (`modelyard.kit.failpoints`) of each job;
`races` lets workers claim the same jobs; `writes` kills those who ask for jobs, again and again;
`fairness` has jobs of five tenants done by two workers. It ends with 1 where a promise was broken.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from measuring.faulty_jobs import (
    MANY,
    ask,
    ask_dying,
    leftovers,
    platform,
    queue_bare,
    start_worker,
    upload,
)
from measuring.results import keep, print_table

from modelyard.bootstrap import Project, open_project
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import Job, JobQuery, JobState, WorkerSeen
from modelyard.kit.failpoints import POINTS
from modelyard.store.claims import Claims

# A job is at its end so soon after a process of it was killed.
WITHIN_S = 60.0
_RACERS = _WRITERS = 4
_TENANTS = [f"tenant-{number}" for number in range(5)]

Found = dict[str, Any]


def kills(project: Project, n: int, rng: random.Random) -> Found:
    """Let a process of each of n jobs die at a random point, and see how the job ends."""
    upload(project)
    acknowledged, recovery_s, points = set(), [], Counter()
    for number in range(n):
        point, name = rng.choice(POINTS), f"model-{number}"
        points[point] += 1
        if point.startswith("submit"):
            ask_dying(name, point=point)
            start_worker().wait()
            continue
        acknowledged.add(ask(project, name).id)
        with tempfile.TemporaryDirectory() as folder:
            fired = Path(folder, "fired")
            start_worker(armed=f"{point}:kill:{fired}").wait()
            died_at = fired.stat().st_mtime
        start_worker().wait()
        recovery_s.append(time.time() - died_at)
    jobs = _every_job(project)
    states = Counter(job.state.value for job in jobs)
    models = Counter(model.name for model in project.models.models.find())
    return {
        "killed": n,
        "points": dict(points),
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged - {job.id for job in jobs}),
        "doubled": sum(found - 1 for found in models.values()),
        "without a model": states["succeeded"] - len(models),
        "not ended": states["queued"] + states["running"],
        "failed": states["failed"],
        "later than 60 s": sum(each > WITHIN_S for each in recovery_s),
        "files left": len(leftovers(project)),
        "median_s": median(recovery_s),
        "slowest_s": max(recovery_s),
        "broken": ("lost", "doubled", "without a model", "not ended", "failed", "later than 60 s",
                   "files left"),
    }  # fmt: skip


def races(project: Project, n: int, rng: random.Random) -> Found:
    """Let processes claim n jobs at once."""
    del rng
    project.jobs.set_quota(MANY, caller=LOCAL_CALLER)
    for number in range(n):
        queue_bare(project, f"{number:08}")
    began = time.monotonic()
    racers = [_start("claim", f"racer-{number}") for number in range(_RACERS)]
    claimed = Counter(line for racer in racers for line in racer.communicate()[0].split())
    return {
        "jobs": n,
        "racers": _RACERS,
        "claimed": len(claimed),
        "lost": n - len(claimed),
        "doubled": sum(found - 1 for found in claimed.values()),
        "seconds": time.monotonic() - began,
        "broken": ("lost", "doubled"),
    }


def writes(project: Project, n: int, rng: random.Random) -> Found:
    """Kill those who add jobs until n were acknowledged, and look for each."""
    project.jobs.set_quota(MANY, caller=LOCAL_CALLER)
    acknowledged, n_killed = [], 0
    while len(acknowledged) < n:
        writers = [_start("write", f"{n_killed:06}-{number}") for number in range(_WRITERS)]
        acknowledged += [writer.stdout.readline().strip() for writer in writers]
        time.sleep(rng.uniform(0.0, 3.0))
        for writer in writers:
            writer.kill()
            n_killed += 1
            # A line that was cut was not acknowledged.
            whole, _, _ = writer.communicate()[0].rpartition("\n")
            acknowledged += whole.split()
    kept = Counter(job.id for job in _every_job(project))
    return {
        "acknowledged": len(acknowledged),
        "killed": n_killed,
        "kept": len(kept),
        "lost": len(set(acknowledged) - set(kept)),
        "doubled": sum(found - 1 for found in kept.values()),
        "broken": ("lost", "doubled"),
    }


def fairness(project: Project, n: int, rng: random.Random) -> Found:
    """Let two workers do jobs of five tenants, and look who waited while another had two places."""
    for tenant in _TENANTS:
        upload(project, tenant=tenant)
    asked = [rng.choice(_TENANTS) for _ in range(n - len(_TENANTS))] + _TENANTS
    for number, tenant in enumerate(asked):
        ask(project, f"model-{number}", tenant=tenant)
    began = time.monotonic()
    for worker in [start_worker(), start_worker()]:
        worker.wait()
    jobs = [job for tenant in _TENANTS for job in _every_job(project, tenant=tenant)]
    return {
        "jobs": n,
        "succeeded": sum(job.state is JobState.SUCCEEDED for job in jobs),
        "not ended": sum(not job.state.is_final for job in jobs),
        "unfair": sum(_is_unfair(job, jobs) for job in jobs),
        "minutes": (time.monotonic() - began) / 60,
        "broken": ("not ended", "unfair"),
    }


def _is_unfair(job: Job, jobs: list[Job]) -> bool:
    """Whether a job began as the second of its tenant while another tenant without one waited."""
    at = job.started_at

    def runs(other: Job) -> bool:
        return other.started_at <= at < other.finished_at

    running = Counter(other.tenant for other in jobs if other is not job and runs(other))
    waiting = {other.tenant for other in jobs if other.created_at < at < other.started_at}
    return running[job.tenant] > 0 and any(not running[tenant] for tenant in waiting - {job.tenant})


def _every_job(project: Project, *, tenant: str = "local") -> list[Job]:
    found, cursor = [], None
    while True:
        page = project.of(tenant).jobs.find(JobQuery(limit=1000, cursor=cursor))
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def _start(what: str, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, what, "--name", name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent)


def _claim(name: str) -> None:
    """Claim until nothing waits, and print each job."""
    project = open_project()
    claims, at = Claims(project.database, quota=MANY), project.jobs.now()
    claims.enlist(WorkerSeen(name, "", 0, 1, at, at))
    while (job := claims.claim(name, at=project.jobs.now())) is not None:
        print(job.id)


def _write(name: str) -> None:
    """Add jobs for ever, and print each that was acknowledged."""
    project = open_project()
    for number in count():
        job = queue_bare(project, f"{name}-{number:06}")
        os.write(1, f"{job.id}\n".encode())


COMMANDS: dict[str, Callable[[Project, int, random.Random], Found]] = {
    "kills": kills,
    "races": races,
    "writes": writes,
    "fairness": fairness,
}
INNER: dict[str, Callable[[str], None]] = {"claim": _claim, "write": _write}


def main() -> None:
    """Run one command, print what it counted, and end with 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=[*COMMANDS, *INNER])
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql, or an address")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--name", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.command in INNER:
        INNER[asked.command](asked.name)
        return
    # What was started ends with this process, also where it is told to end.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    rng = random.Random(asked.seed)  # noqa: S311 - reproducible, not secret
    with platform(asked.database) as project:
        found = COMMANDS[asked.command](project, asked.count, rng)
    broken = sum(found[name] for name in found.pop("broken"))
    kind = asked.database.partition(":")[0]
    result = keep(f"faults_{asked.command}_{kind}", found | {"database": kind})
    if asked.json:
        print(json.dumps(result))
    else:
        rows = [[name, f"{value:.1f}" if isinstance(value, float) else str(value)]
                for name, value in found.items() if name != "points"]  # fmt: skip
        print_table([f"{asked.command} over {kind}", ""], rows)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
