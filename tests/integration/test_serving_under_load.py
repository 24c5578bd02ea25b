"""A server under load and under attack: it answers, or says when to come back, and stays small."""

import itertools
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving_servers import GOLDEN, PENGUINS, SIGNER, Running, running

pytestmark = pytest.mark.processes

TRUST = ("--trust", SIGNER)
IRIS = GOLDEN / "v1-iris-logistic-regression"
# What a server may hold after load beyond what it held before: pieces that the allocator keeps.
FLAT_BYTES = 48 << 20
Row = dict[str, Any]


def _kept_row(package: Path, target: str) -> Row:
    kept: dict[str, Any] = json.loads(package.with_suffix(".json").read_bytes())
    return {name: cell for name, cell in kept["rows"][0].items() if name != target}


@pytest.fixture(scope="module")
def row() -> Row:
    return _kept_row(PENGUINS, "species")


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(1_200):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail("it did not come about within a minute")


def _memory_bytes(server: Running) -> int:
    held: int = server.client.get("/health").json()["memory_bytes"]
    return held


def _statuses(server: Running, row: Row, n_clients: int) -> Counter[int]:
    """Let clients ask at once, every tenth for many rows, and count how they were answered."""
    batch = {"rows": [row] * 2_000}
    together = threading.Barrier(n_clients)

    def ask(at: int) -> int:
        path, body = ("/predict-batch", batch) if at % 10 == 0 else ("/predict", {"row": row})
        together.wait(timeout=120)
        answer = client.post(path, json=body)
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.json()["code"] == "overloaded"
        return answer.status_code

    limits = httpx.Limits(max_connections=None)
    with (
        httpx.Client(base_url=server.url, timeout=300, limits=limits) as client,
        ThreadPoolExecutor(n_clients) as threads,
    ):
        return Counter(threads.map(ask, range(n_clients)))


@pytest.mark.parametrize(
    "n_clients", [100, pytest.param(1_000, marks=pytest.mark.slow)], ids=["hundred", "thousand"]
)
def test_clients_at_once_are_answered_or_asked_to_come_back(
    tmp_path: Path, row: Row, n_clients: int
) -> None:
    with running(tmp_path, [PENGUINS], *TRUST, "--max-in-flight", str(n_clients // 15)) as server:
        first = _statuses(server, row, n_clients)
        held_bytes = _memory_bytes(server)
        second = _statuses(server, row, n_clients)
        for statuses in (first, second):
            assert set(statuses) <= {200, 503}
            assert statuses[200] >= n_clients // 15
        assert _memory_bytes(server) < held_bytes + FLAT_BYTES
        assert server.client.get("/health").json()["in_flight"] == 0
        assert server.post("/predict", {"row": row}).status_code == 200
        assert server.events("fault") == []


def test_without_need_nobody_is_asked_to_come_back(tmp_path: Path, row: Row) -> None:
    with running(tmp_path, [PENGUINS], *TRUST) as server:
        assert _statuses(server, row, 100) == {200: 100}


def test_at_the_end_every_request_that_was_taken_is_answered(tmp_path: Path, row: Row) -> None:
    answered: dict[str, int] = {}
    numbers = itertools.count()

    def ask(url: str) -> None:
        with httpx.Client(base_url=url, timeout=60) as client:
            while True:
                number = f"load-{next(numbers)}"
                try:
                    answer = client.post(
                        "/predict", json={"row": row}, headers={"x-request-id": number}
                    )
                except httpx.TransportError:
                    # The server takes no more: it did not read this one.
                    return
                answered[number] = answer.status_code

    # The server ends before the threads that ask it, whatever is found.
    with ThreadPoolExecutor(16) as threads, running(tmp_path, [PENGUINS], *TRUST) as server:
        asking = [threads.submit(ask, server.url) for _ in range(16)]
        _until(lambda: len(answered) > 100)
        assert server.end() == 0
        for each in asking:
            each.result(timeout=60)
        taken = [line["request_id"] for line in server.events("request")]
    assert set(answered.values()) == {200}
    ours = [number for number in taken if number.startswith("load-")]
    assert sorted(ours) == sorted(answered)


def test_clients_that_dribble_hold_nobody_up(tmp_path: Path, row: Row) -> None:
    heads = (
        b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-",
        b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 400\r\n\r\n{",
        b"POST /predict HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{",
    )
    with running(tmp_path, [PENGUINS], *TRUST, "--timeout", "3") as server, ExitStack() as stack:
        held_bytes = _memory_bytes(server)
        host, port = server.url.removeprefix("http://").split(":")
        links = [
            stack.enter_context(socket.create_connection((host, int(port)), timeout=60))
            for _ in range(150)
        ]
        for at, link in enumerate(links):
            link.sendall(heads[at % len(heads)])
        _until(lambda: server.client.get("/health").json()["in_flight"] == 100)
        assert server.post("/predict", {"row": row}).status_code == 200
        assert _memory_bytes(server) < held_bytes + FLAT_BYTES
        for link in links:
            assert link.recv(65_536).startswith(b"HTTP/1.1 408 ")
        _until(lambda: server.client.get("/health").json()["in_flight"] == 0)


@pytest.mark.parametrize(
    "n_rows", [30_000, pytest.param(1_000_000, marks=pytest.mark.slow)], ids=["many", "million"]
)
def test_a_long_batch_is_answered_in_its_order(tmp_path: Path, n_rows: int) -> None:
    row = _kept_row(IRIS, "species")
    columns = {name: [float(cell)] * n_rows for name, cell in row.items()}
    first = next(iter(columns))
    columns[first] = [at * 10 / n_rows for at in range(n_rows)]
    with running(tmp_path, [IRIS], *TRUST, "--max-body-mb", "200", "--timeout", "600") as server:
        given = server.client.post("/predict-batch", json={"columns": columns}, timeout=600).json()
        assert given["n_rows"] == len(given["predictions"]) == n_rows
        for at in (0, n_rows // 3, n_rows // 2, n_rows - 1):
            alone = server.post("/predict", {"row": row | {first: columns[first][at]}}).json()
            assert given["predictions"][at] == alone["prediction"]
            assert given["probabilities"][at] == pytest.approx(
                list(alone["probabilities"].values()), abs=1e-9
            )
        # Every row has another answer than its neighbours: none was left out or came twice.
        chances = [each[0] for each in given["probabilities"]]
        assert all(a != b for a, b in itertools.pairwise(chances[n_rows // 3 : n_rows // 2]))
