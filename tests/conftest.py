"""What holds for every test: no network, a home of its own, and no deadline on a busy machine."""

import ipaddress
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from modelyard.api.apart import Nursery
    from modelyard.bootstrap import Project
    from modelyard.client.clients import Client
    from real_postgresql import RealPostgresql

# A test that is slow because the machine is busy is not a failed test: speed lives in benchmarks/.
settings.register_profile("modelyard", settings.get_profile("default"), deadline=None)
# The gate tries the same examples for the same test: what it finds is a fault of the change that it
# looks at. Everywhere else examples are drawn anew, which finds what nobody thought of.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_OF_MODELYARD", "modelyard"))

# Threads of OpenMP that wait for each other by spinning take the cores from the tests beside them:
# of two workers on two busy cores, histogram boosting took three times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Tests that load ONNX Runtime by themselves tell nobody of it either.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# Less than `faulthandler_timeout`, which ends the process.
SLOW_S = 1800


class NetworkBlockedError(Exception):
    """A test asked for an address beyond this machine."""


def _is_local(host: Any) -> bool:
    if isinstance(host, bytes):
        host = host.decode()
    if host in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_network(event: str, args: tuple[Any, ...]) -> None:
    """Refuse every name and address beyond this machine, whichever library asks (PEP 578)."""
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if not _is_local(host):
        raise NetworkBlockedError(f"a test must not reach {host!r}")


def pytest_configure() -> None:
    """Put the guard up before the first test is imported; it stays until the process ends."""
    sys.addaudithook(_refuse_network)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So a shell starts what runs in the background, and what tests start would inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let slow tests take longer than the others before they count as hanging."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_S))


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a project folder and keys of its own, and no setting of the person's shell."""
    place = tmp_path_factory.mktemp("modelyard")
    monkeypatch.setenv("MODELYARD_HOME", str(place / "home"))
    monkeypatch.setenv("MODELYARD_KEYS", str(place / "keys"))
    return place


@pytest.fixture(scope="session")
def postgresql() -> Iterator["RealPostgresql"]:
    """Yield a real PostgreSQL server, started for the first test that asks for it."""
    from real_postgresql import RealPostgresql

    server = RealPostgresql()
    yield server
    server.close()


@pytest.fixture
def project() -> Iterator["Project"]:
    """Yield the project of the test's own home."""
    from projects import own_project

    with own_project() as opened:
        yield opened


@pytest.fixture(scope="session")
def nursery() -> Iterator["Nursery"]:
    """Yield what forks for the work of every application: to load its libraries takes seconds."""
    from modelyard.api.apart import Nursery

    shared = Nursery()
    yield shared
    shared.end()


@pytest.fixture
def url(project: "Project", nursery: "Nursery") -> Iterator[str]:
    """Yield the address of a platform in laptop mode, which serves the project."""
    from projects import laptop

    with laptop(project, nursery) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator["Client"]:
    """Yield a client of that platform."""
    from projects import asked

    with asked(url) as opened:
        yield opened
