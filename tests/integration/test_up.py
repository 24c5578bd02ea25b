"""`modelyard up` as whoever starts it meets it: real processes, real HTTP, and nothing left."""

import json
import os
import re
import shlex
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from modelyard.domain.errors import InvalidValue
from modelyard.services.demonstrating import ROW
from modelyard.services.samples import read_sample
from platforms import PATIENCE_S, Platform, up, wait_until_gone

pytestmark = pytest.mark.processes

README = Path(__file__).parents[2] / "README.md"
API = "/api/v1/ml"


@pytest.fixture(scope="module")
def demonstrating(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform whose demo model answers."""
    with up(tmp_path_factory.mktemp("up")) as platform:
        platform.wait_for("The demo model answers")
        yield platform


def _lines_of_the_readme(url: str) -> list[list[str]]:
    section = README.read_text(encoding="utf-8").partition("## The platform\n")[2]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert blocks[0] == "modelyard up\n"
    lines = blocks[1].replace("localhost:8000", url).splitlines()
    return [[*shlex.split(line), "-sS", "--fail-with-body"] for line in lines]


@pytest.mark.skipif(shutil.which("curl") is None, reason="what the page shows is for curl")
def test_the_lines_of_the_readme_predict_find_the_log_and_lead_back_to_the_data(
    demonstrating: Platform,
) -> None:
    lines = _lines_of_the_readme(demonstrating.url)
    assert len(lines) == 3

    def run(line: list[str]) -> Any:
        return json.loads(subprocess.run(line, capture_output=True, check=True).stdout)

    assert run(lines[0])["prediction"] == "setosa"
    # A prediction is found a second or two after its answer.
    until = time.monotonic() + PATIENCE_S
    while not (logged := run(lines[1])["items"]):
        assert time.monotonic() < until, "the prediction was not logged"
        time.sleep(0.2)
    assert logged[0]["prediction"] == "setosa"
    assert sha256(read_sample("iris.csv")).hexdigest() in json.dumps(run(lines[2]))


def test_what_is_printed_asks_the_demo_model(demonstrating: Platform) -> None:
    demonstrating.wait_for("Ctrl-C ends everything")
    at = next(i for i, line in enumerate(demonstrating.lines) if "curl" in line)
    asked = shlex.split("\n".join(demonstrating.lines[at : at + 2]))
    assert asked[0] == "curl"
    answer = httpx.post(asked[1], json=json.loads(asked[-1]), timeout=PATIENCE_S)
    assert answer.json()["prediction"] == "setosa"


def test_whoever_starts_it_is_told_that_nobody_logs_in(demonstrating: Platform) -> None:
    assert "whoever can start a program" in demonstrating.wait_for("Nobody logs in")
    caller = httpx.get(f"{demonstrating.url}{API}/auth/me", timeout=PATIENCE_S).json()
    assert caller["subject"] == "local"


def test_the_demo_is_data_a_run_and_a_model_like_any_other(demonstrating: Platform) -> None:
    data = httpx.get(f"{demonstrating.url}{API}/datasets/demo", timeout=PATIENCE_S).json()
    model = httpx.get(f"{demonstrating.url}{API}/models/demo", timeout=PATIENCE_S).json()
    assert (data["version"], data["filename"]) == (1, "iris.csv")
    assert model["id"] == "demo@1"


def test_a_port_that_is_taken_is_told_with_the_way_out(
    demonstrating: Platform, tmp_path: Path
) -> None:
    port = demonstrating.url.rpartition(":")[2]
    environment = {**os.environ, "MODELYARD_HOME": str(tmp_path / "home")}
    second = subprocess.run(
        [sys.executable, "-m", "modelyard", "up", "--port", port],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert second.returncode == InvalidValue.exit_code
    assert f"127.0.0.1:{port} cannot be had" in second.stderr
    assert "another --host or --port" in second.stderr
    # Nothing was begun: not even a project folder.
    assert not (tmp_path / "home").exists()


def test_interrupted_it_ends_in_order_and_leaves_no_process(tmp_path: Path) -> None:
    with up(tmp_path, "--json", "--no-demo") as platform:
        told = platform.document()
        assert (told["asks_for_login"], told["demo"], told["setup_token"]) == (False, None, None)
        assert platform.end(signal.SIGINT) == 0
        assert platform.processes() == []


def test_killed_it_leaves_no_process(tmp_path: Path) -> None:
    with up(tmp_path, "--json", "--no-demo") as platform:
        platform.document()
        platform.end(signal.SIGKILL)
        wait_until_gone(platform)


def test_a_worker_that_dies_is_started_again_and_its_models_answer_again(
    demonstrating: Platform,
) -> None:
    first = _worker_of(demonstrating)
    os.kill(first, signal.SIGKILL)
    until = time.monotonic() + PATIENCE_S
    while _worker_of(demonstrating) in {0, first} or not _answers(demonstrating):
        assert time.monotonic() < until, "no other worker came"
        time.sleep(0.1)


def _answers(platform: Platform) -> bool:
    """Return whether the demo model answers."""
    address = f"{platform.url}{API}/models/demo/predict"
    return httpx.post(address, json={"row": dict(ROW)}, timeout=PATIENCE_S).is_success


def _worker_of(platform: Platform) -> int:
    """Return the process of the worker; 0 where there is none."""
    pid = platform.process.pid
    children = Path(f"/proc/{pid}/task").glob("*/children")
    for child in " ".join(each.read_text() for each in children).split():
        with suppress(OSError):
            if b"modelyard.worker.companions" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    return 0


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain_path, key_path = folder / "chain.pem", folder / "key.pem"
    chain_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain_path, key_path


def test_with_a_certificate_and_a_login_the_printed_token_makes_the_first_user(
    tmp_path: Path,
) -> None:
    chain, key = _certificate(tmp_path)
    options = ("--login", "--certificate", str(chain), "--certificate-key", str(key))
    with up(tmp_path, "--json", *options) as platform:
        told = platform.document()
        assert (told["asks_for_login"], told["demo"]) == (True, None)
        url = told["url"].replace("127.0.0.1", "localhost")
        assert url.startswith("https://")
        context = ssl.create_default_context(cafile=chain)
        with httpx.Client(base_url=url, verify=context, timeout=PATIENCE_S) as client:
            assert client.get(f"{API}/models").status_code == 401
            body = {
                "token": told["setup_token"],
                "email": "ada@example.org",
                "password": "green kettle under stairs",
            }
            assert client.post(f"{API}/auth/setup", json=body).status_code == 200
        assert platform.end(signal.SIGTERM) == 0
        assert platform.processes() == []
