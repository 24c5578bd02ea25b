"""Uploads a large table whose connections break, has it read and trained on, and looks at the API.

    python benchmarks/uploads.py --mb 1000 --cuts 5

The table is written, sent in parts over connections that are reset in between, compared by its
hash, read by a job of a worker, and trained on by another. What counts is how much memory the
process that answers takes beyond what it had when it had answered once. It ends with 1 where a
promise was broken.
"""

import argparse
import hashlib
import http.client
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from measuring.results import keep, print_table

_SERVER = """
import asyncio, socket, sys
import uvicorn
from modelyard.api.app import make_app
from modelyard.bootstrap import open_project
server = uvicorn.Server(uvicorn.Config(make_app(open_project()), log_level="error"))
asyncio.run(server.serve(sockets=[socket.socket(fileno=int(sys.argv[1]))]))
"""
_API = "/api/v1/ml"
_BATCH_ROWS = 200_000
_PIECE_BYTES = 1 << 20
MOST_GROWTH_MB = 64
_PATIENCE_S = 3 * 3600.0

Found = dict[str, Any]


class Platform:
    """An API and a worker, each a process, over a project folder of their own."""

    def __init__(self, folder):
        environment = os.environ | {
            "MODELYARD_HOME": str(folder / "home"),
            "MODELYARD_KEYS": str(folder / "keys"),
            "MODELYARD_LOG_LEVEL": "error",
        }
        listening = socket.create_server(("127.0.0.1", 0))
        self.address, handle = listening.getsockname(), listening.fileno()
        self.api = subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(handle)], pass_fds=[handle], env=environment
        )
        self._listening = listening
        self.ask("GET", "/health")
        worker = [sys.executable, "-m", "modelyard", "worker", "--places", "1"]
        self.worker = subprocess.Popen([*worker, "--no-deployments"], env=environment)

    def ask(self, method, path, *, body=None, headers=None):
        """Return status, headers and document of an answer."""
        connection = http.client.HTTPConnection(*self.address, timeout=600)
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, json.loads(content) if content else None

    def memory_mb(self, what):
        """Return what the process that answers holds, or held at most."""
        lines = Path(f"/proc/{self.api.pid}/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith(what)).split()[1]) * 1024 / 1e6

    def wait(self, path, *, while_state):
        """Return the document at a path once its state is another than those."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            document = self.ask("GET", path)[2]
            if document["state"] not in while_state:
                return document
            time.sleep(0.5)
        raise TimeoutError(path)

    def close(self):
        """End both."""
        for process in (self.worker, self.api):
            process.terminate()
            process.wait()
        self._listening.close()


def write_table(path, size_bytes):
    """Write rows that a model can learn from, until the file is large enough; return its hash."""
    rng, digest = np.random.default_rng(0), hashlib.sha256()
    with path.open("wb") as stream:
        while stream.tell() < size_bytes:
            age = rng.uniform(18, 80, _BATCH_ROWS).round(2)
            paid = rng.lognormal(4, 1, _BATCH_ROWS).round(2)
            city = rng.choice(["Oslo", "Rome", "Lima", "Cairo"], _BATCH_ROWS)
            signal = age / 20 + np.log(paid) + (city == "Rome") + rng.normal(0, 2, _BATCH_ROWS)
            frame = pl.DataFrame(
                {
                    "age": age,
                    "paid": paid,
                    "city": city,
                    "bought": np.where(signal > 7, "yes", "no"),
                }
            )
            content = frame.write_csv(include_header=stream.tell() == 0).encode()
            digest.update(content)
            stream.write(content)
    return digest.hexdigest()


def send(platform, place, path, *, end):
    """Send the bytes up to `end` from where the server has come; break off if there are more."""
    size = path.stat().st_size
    offset = int(platform.ask("HEAD", place)[1]["upload-offset"])
    head = (
        f"PATCH {place} HTTP/1.1\r\nHost: localhost\r\nUpload-Offset: {offset}\r\n"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {size - offset}\r\n\r\n"
    )
    connection = socket.create_connection(platform.address, timeout=600)
    with connection, path.open("rb") as stream, suppress(ConnectionError):
        connection.sendall(head.encode())
        stream.seek(offset)
        while stream.tell() < end:
            connection.sendall(stream.read(min(_PIECE_BYTES, end - stream.tell())))
        if end < size:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return None
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status
    return None


def upload(platform, path, sha256, n_cuts):
    """Upload the file over connections that break so often; return the address of the upload."""
    size = path.stat().st_size
    told = f"name=big&filename=big.csv&sha256={sha256}"
    _, headers, _ = platform.ask("POST", f"{_API}/uploads?{told}", headers={"Upload-Length": size})
    place = headers["location"]
    for cut in range(1, n_cuts + 1):
        send(platform, place, path, end=size * cut // (n_cuts + 1))
    while send(platform, place, path, end=size) != 204:
        time.sleep(0.1)
    return place


def train(platform, n_trees):
    """Have a model trained on the dataset, and return the job when it has ended."""
    tabular = {"tabular": {"target_column": "bought"}}
    configuration = {"data": tabular, "model": {"name": "lightgbm"}}
    if n_trees is not None:
        configuration["modelyard"] = {"parameters": {"n_estimators": n_trees}}
    asked = {"dataset": "big", "configuration": configuration}
    headers = {"Content-Type": "application/json"}
    body = json.dumps(asked)
    status, _, job = platform.ask("POST", f"{_API}/training/start", body=body, headers=headers)
    if status != 202:
        raise RuntimeError(job)
    return platform.wait(f"{_API}/jobs/{job['id']}", while_state={"queued", "running"})


def measure(folder, size_bytes, *, n_cuts, n_trees) -> Found:
    """Return what every step took, and what the API held."""
    path = folder / "big.csv"
    sha256 = write_table(path, size_bytes)
    platform = Platform(folder)
    try:
        before, marks = platform.memory_mb("VmRSS"), [time.monotonic()]
        upload(platform, path, sha256, n_cuts)
        marks.append(time.monotonic())
        place = f"{_API}/datasets/big/versions/1"
        version = platform.wait(place, while_state={"unread"})
        marks.append(time.monotonic())
        job = train(platform, n_trees)
        marks.append(time.monotonic())
        growth = platform.memory_mb("VmHWM") - before
    finally:
        platform.close()
    upload_s, read_s, train_s = (b - a for a, b in pairwise(marks))
    return {
        "size_mb": path.stat().st_size / 1e6,
        "n_cuts": n_cuts,
        "n_trees": n_trees,
        "is_same": version["sha256"] == sha256,
        "state": version["state"],
        "n_rows": version["n_rows"],
        "upload_s": upload_s,
        "read_s": read_s,
        "train_s": train_s,
        "training": job["state"],
        "reason": job["reason"],
        "api_before_mb": before,
        "api_growth_mb": growth,
    }


def main():
    """Measure, print, keep, and say whether every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=int, default=1000, help="size of the table")
    parser.add_argument("--cuts", type=int, default=5, help="connections that break")
    parser.add_argument("--trees", type=int, help="of the model; by default those of the product")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="modelyard-uploads-"))
    try:
        size_bytes = given.mb * 1_000_000
        found = keep("uploads", measure(folder, size_bytes, n_cuts=given.cuts, n_trees=given.trees))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if given.json:
        print(json.dumps(found, indent=2))
    else:
        rows = [(name, str(value)) for name, value in found.items() if name != "machine"]
        print_table(("", ""), [(name, value[:60]) for name, value in rows])
    is_kept = found["is_same"] and found["state"] == "ready" and found["training"] == "succeeded"
    sys.exit(0 if is_kept and found["api_growth_mb"] < MOST_GROWTH_MB else 1)


if __name__ == "__main__":
    main()
