"""A server in operation: it is renewed, loses workers, and ends, and nobody waits in vain."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving_servers import GOLDEN, PENGUINS, SIGNER, running

pytestmark = pytest.mark.processes

TRUST = ("--trust", SIGNER)


@pytest.fixture(scope="module")
def row() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(PENGUINS.with_suffix(".json").read_bytes())
    return {name: cell for name, cell in kept["rows"][0].items() if name != "species"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package whose place another version can take."""
    return Path(shutil.copytree(PENGUINS, tmp_path / "package"))


def _exchange(folder: Path, other: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(other, folder)


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail("it did not come about within half a minute")


@pytest.mark.parametrize("name", ["model.onnx", "recipe.json", "manifest.json", "manifest.sig"])
def test_a_package_that_was_changed_is_never_served(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    command = [sys.executable, "-m", "modelyard", "serve", str(folder), "--port", "0", *TRUST]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 6
    assert "Traceback" not in ended.stderr
    assert "Serving" not in ended.stdout


def test_a_model_that_nobody_trusted_signed_is_never_served(folder: Path) -> None:
    command = [sys.executable, "-m", "modelyard", "serve", str(folder), "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 6
    assert f"--trust {SIGNER}" in ended.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with running(tmp_path, [PENGUINS], *TRUST) as server:
        port = server.url.rpartition(":")[2]
        command = [sys.executable, "-m", "modelyard", "serve", str(PENGUINS), "--port", port]
        ended = subprocess.run(
            [*command, *TRUST], capture_output=True, text=True, timeout=60, check=False
        )
    assert ended.returncode == 4
    assert f"127.0.0.1:{port} cannot be had" in ended.stderr


def test_a_new_version_takes_over_without_a_lost_request(
    folder: Path, tmp_path: Path, row: dict[str, Any]
) -> None:
    statuses: list[int] = []
    is_over = threading.Event()
    with running(tmp_path, [f"it={folder}"], *TRUST) as server:

        def ask() -> None:
            with httpx.Client(base_url=server.url, timeout=60) as client:
                while not is_over.is_set():
                    # The other version takes other columns: it answers 422, and it answers.
                    statuses.append(client.post("/predict", json={"row": row}).status_code)

        with ThreadPoolExecutor(4) as threads:
            asking = [threads.submit(ask) for _ in range(4)]
            try:
                _until(lambda: statuses.count(200) > 20)
                _exchange(folder, GOLDEN / "v1-iris-logistic-regression")
                server.process.send_signal(signal.SIGHUP)
                _until(lambda: statuses.count(422) > 20)
                assert len(server.client.get("/info").json()["columns"]) == 4
            finally:
                is_over.set()
            for each in asking:
                each.result(timeout=60)
        assert set(statuses) == {200, 422}
        # What cannot be opened does not take over.
        (folder / "model.onnx").write_bytes(b"changed")
        server.process.send_signal(signal.SIGHUP)
        _until(lambda: bool(server.events("renewal-refused")))
        assert len(server.client.get("/info").json()["columns"]) == 4


def test_the_admin_call_needs_the_token_and_renews(folder: Path, tmp_path: Path) -> None:
    token = {"MODELYARD_SERVING_TOKEN": "hush"}
    with running(tmp_path, [f"it={folder}"], *TRUST, env=token) as server:
        for headers in ({}, {"authorization": "Bearer wrong"}):
            refused = server.client.post("/admin/reload", headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (401, "not-authorized")
        headers = {"authorization": "Bearer hush"}
        assert server.client.post("/admin/reload", headers=headers).json()["renewed"] == []
        _exchange(folder, GOLDEN / "v1-iris-logistic-regression")
        renewed = server.client.post("/admin/reload", headers=headers).json()
        assert renewed["renewed"] == ["it"]
        [change] = renewed["changes"]
        assert change["labels_before"] == ["Adelie", "Chinstrap", "Gentoo"]
        assert change["labels"] == ["setosa", "versicolor", "virginica"]
        assert "island" in change["columns_removed"]
        assert "petal_length" in change["columns_added"]
        assert change["version"] != change["version_before"]
        _until(lambda: bool(server.events("model-renewed")))
        assert server.events("model-renewed")[0].items() >= change.items()
        (folder / "model.onnx").write_bytes(b"changed")
        broken = server.client.post("/admin/reload", headers=headers)
        assert (broken.status_code, broken.json()["code"]) == (422, "untrusted-package")


def test_what_is_on_its_way_is_answered_before_the_end(tmp_path: Path, row: dict[str, Any]) -> None:
    with running(tmp_path, [PENGUINS], *TRUST) as server, ThreadPoolExecutor(1) as thread:
        begun = threading.Event()

        def body() -> Any:
            yield b'{"row": '
            begun.set()
            time.sleep(0.5)
            yield json.dumps(row).encode() + b"}"

        answer = thread.submit(
            lambda: httpx.post(
                f"{server.url}/predict",
                content=body(),
                headers={"content-type": "application/json"},
                timeout=60,
            )
        )
        begun.wait(timeout=60)
        _until(lambda: server.client.get("/health").json()["in_flight"] == 1)
        assert server.end() == 0
        assert answer.result(timeout=60).status_code == 200
        assert server.events("request")[-1]["path"] == "/predict"


def test_workers_are_replaced_renewed_and_counted_together(
    folder: Path, tmp_path: Path, row: dict[str, Any]
) -> None:
    def workers() -> set[int]:
        found = set()
        for _ in range(40):
            with httpx.Client(base_url=server.url, timeout=60) as client:
                found.add(client.get("/health").json()["process"])
        return found

    with running(tmp_path, [f"it={folder}"], *TRUST, "--workers", "2") as server:
        _until(lambda: len(workers()) == 2)
        before = workers()
        for _ in range(10):
            httpx.post(f"{server.url}/predict", json={"row": row}, timeout=60)
        json_form = {"accept": "application/json"}

        def counted() -> float:
            told = httpx.get(f"{server.url}/metrics", headers=json_form, timeout=60).json()
            return sum(each["value"] for each in told.get("predictions_total", []))

        _until(lambda: counted() == 10)
        os.kill(min(before), signal.SIGKILL)
        # The next request is answered: by the other worker, or by the one that comes.
        with httpx.Client(transport=httpx.HTTPTransport(retries=3), timeout=60) as client:
            assert client.post(f"{server.url}/predict", json={"row": row}).status_code == 200
        _until(lambda: len(workers() - before) == 1)
        _exchange(folder, GOLDEN / "v1-iris-logistic-regression")
        server.process.send_signal(signal.SIGHUP)
        for _ in range(2):
            _until(
                lambda: all(
                    len(httpx.get(f"{server.url}/info", timeout=60).json()["columns"]) == 4
                    for _ in range(10)
                )
            )
        assert server.end() == 0
        assert server.process.stdout is not None
        assert b"Every request was answered" in server.process.stdout.read()


@pytest.mark.slow
def test_workers_that_have_nothing_to_serve_end_and_free_the_port(
    folder: Path, tmp_path: Path
) -> None:
    with running(tmp_path, [f"it={folder}"], *TRUST, "--workers", "2") as server:
        found: set[int] = set()
        _until(lambda: bool(found.add(_process(server.url))) or len(found) == 2)
        shutil.rmtree(folder)
        for process in found:
            os.kill(process, signal.SIGKILL)
        assert server.process.wait(timeout=120) not in {0, None}
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.url}/health", timeout=60)
        assert server.events("worker-refused")


def _process(url: str) -> int:
    process: int = httpx.get(f"{url}/health", timeout=60).json()["process"]
    return process


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    command = [sys.executable, "-m", "modelyard", "serve", str(PENGUINS), "--port", port]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 4
    assert "0<=x<=65535" in ended.stderr


def test_several_models_answer_by_their_names(tmp_path: Path, row: dict[str, Any]) -> None:
    iris = GOLDEN / "v1-iris-logistic-regression"
    with running(tmp_path, [f"penguins={PENGUINS}", f"flowers={iris}"], *TRUST) as server:
        assert server.post("/models/penguins/predict", {"row": row}).json()["model"] == "penguins"
        assert server.client.get("/models/flowers").json()["name"] == "flowers"
        refused = server.post("/predict", {"row": row})
        assert refused.status_code == 404
        assert "/models/{name}" in refused.json()["fix"]
