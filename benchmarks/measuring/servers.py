"""Starts servers of any make, presses them with wrk, and tells what they use."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_JSON = {"content-type": "application/json"}
# A server that says nothing for so long has not started.
_MOST_WAIT_S = 120


@dataclass(frozen=True)
class Started:
    """A server that answers.

    Attributes:
        url: of its predictions.
        pid: of its first process.
        first_answer_s: from its start to its first prediction.
    """

    url: str
    pid: int
    first_answer_s: float

    @property
    def pids(self) -> list[int]:
        """Its processes, children included."""
        found = [self.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, task.read_text(encoding="ascii").split())
        return found

    def memory_mb(self) -> float:
        """Return the resident memory of its processes."""
        total = 0.0
        for pid in self.pids:
            status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
            total += int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024
        return total

    def cpu_s(self) -> float:
        """Return the processor time that its processes have used."""
        ticks = 0
        for pid in self.pids:
            told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            ticks += int(told[11]) + int(told[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Pressed:
    """What wrk measured: requests per second, median latency, processor time for each request."""

    requests_s: float
    p50_ms: float
    cpu_us: float


@contextmanager
def started(
    command: Sequence[str],
    folder: Path,
    *,
    url: str,
    body: object,
    env: Mapping[str, str],
    headers: Mapping[str, str] | None = None,
) -> Iterator[Started]:
    """Run a server until the block ends; it has answered a prediction when the block begins.

    Args:
        command: that starts it.
        folder: in which it runs, and keeps its log.
        url: of its predictions.
        body: of a prediction, as JSON.
        env: variables beside those of this process.
        headers: of the prediction, beside its type.
    """
    log_path = folder / "server.log"
    begun = time.perf_counter()
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=log,
            stderr=log,
            env={**os.environ, **env},
            start_new_session=True,
        )
    try:
        while not _answers(url, body, headers):
            if process.poll() is not None or time.perf_counter() - begun > _MOST_WAIT_S:
                raise SystemExit(log_path.read_text(encoding="utf-8", errors="replace")[-5_000:])
            time.sleep(0.005)
        yield Started(url, process.pid, time.perf_counter() - begun)
    finally:
        _end(process)


def ask(url: str, body: object, headers: Mapping[str, str] | None = None) -> Any:
    """Send JSON and return what JSON came back."""
    return json.loads(sent(url, json.dumps(body).encode(), headers))


def sent(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    """Send bytes of JSON to a server of this machine, and return what came back."""
    request = urllib.request.Request(url, body, {**_JSON, **(headers or {})})  # noqa: S310 -- an address of our own
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- as above
        return answer.read()


def pressed(server: Started, script: Path, *, n_connections: int, seconds: int) -> Pressed:
    """Press a server by wrk, connections kept alive."""
    command = ["wrk", "-t1", f"-c{n_connections}", f"-d{seconds}s", "--timeout", "60s"]
    used_s = server.cpu_s()
    told = subprocess.run(
        [*command, "--latency", "-s", str(script), server.url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    used_s = server.cpu_s() - used_s
    if "Non-2xx" in told or "Socket errors" in told:
        raise SystemExit(told)
    n_requests = int(re.search(r"(\d+) requests in", told).group(1))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told).group(1))
    figure, unit = re.search(r"50%\s+([\d.]+)(us|ms|s|m)\b", told).groups()
    p50_ms = float(figure) * {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}[unit]
    return Pressed(rate, p50_ms, 1e6 * used_s / max(n_requests, 1))


def body_script(path: Path, body: object, headers: Mapping[str, str] | None = None) -> Path:
    """Write what wrk sends."""
    told = {"content-type": "application/json", **(headers or {})}
    lines = "".join(f'wrk.headers["{name}"] = "{value}"\n' for name, value in told.items())
    path.write_text(
        f'wrk.method = "POST"\n{lines}wrk.body = [==[{json.dumps(body)}]==]\n',
        encoding="utf-8",
    )
    return path


def _answers(url: str, body: object, headers: Mapping[str, str] | None) -> bool:
    try:
        ask(url, body, headers)
    except ValueError:
        # The floor says hello, which is no JSON.
        return True
    except OSError:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a server with its children, which have a process group of their own."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(timeout=15)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
    process.wait()
