"""A server that cannot be reached says so, and does not stay."""

import socket
import threading
from contextlib import ExitStack
from typing import Any, cast

import pytest

from modelyard.domain.errors import InvalidValue
from modelyard.serving.options import ServerOptions
from modelyard.serving.protocol import Configuration
from modelyard.serving.running import Workers, serve
from modelyard.serving.shelf import Found, Shelf, split_reference


@pytest.mark.parametrize("n_workers", [1, 2])
def test_of_two_servers_that_start_at_once_one_is_refused(shelf: Shelf, n_workers: int) -> None:
    told: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with ExitStack() as stack:

        def open_late(reference: str) -> Found:
            # While the models are opened another server is bound to the port, and listens.
            stack.enter_context(socket.create_server(("127.0.0.1", port)))
            return Found(shelf.models["penguins"].package, reference)

        with pytest.raises(InvalidValue, match=f"127.0.0.1:{port} cannot be had"):
            serve(
                ["penguins"],
                open_late,
                address=("127.0.0.1", port),
                options=ServerOptions(log_format="none", n_workers=n_workers),
                ready=told.append,
            )
    assert told == []


class _Process:
    """A worker that is ready, starts, or could not open its models."""

    def __init__(self, *, exitcode: int | None = None, is_up: bool = True) -> None:
        self.exitcode, self._is_up, self.pid = exitcode, is_up, 1

    def is_ready(self, timeout: float = 5) -> bool:
        del timeout
        return self._is_up

    def is_alive(self, timeout: float = 5) -> bool:
        del timeout
        return True


def _workers(*processes: _Process) -> Workers:
    workers = Workers.__new__(Workers)
    workers.config = Configuration("none")
    workers.should_exit = threading.Event()
    workers.processes = cast("Any", list(processes))
    return workers


def test_workers_of_which_one_answers_stay() -> None:
    workers = _workers(_Process(exitcode=6), _Process())
    for _ in range(5):
        workers.keep_subprocess_alive()
    assert not workers.has_given_up


def test_workers_that_could_not_open_their_models_end_one_after_the_other() -> None:
    workers = _workers(_Process(exitcode=6), _Process(is_up=False))
    workers.keep_subprocess_alive()
    assert not workers.has_given_up
    workers.keep_subprocess_alive()
    assert workers.has_given_up
    assert workers.should_exit.is_set()


def test_workers_that_were_killed_are_replaced() -> None:
    workers = _workers(_Process(exitcode=-9), _Process(exitcode=-9))
    for _ in range(5):
        workers.keep_subprocess_alive()
    assert not workers.has_given_up


@pytest.mark.parametrize(
    ("reference", "split"),
    [
        ("iris@champion", (None, "iris@champion")),
        ("price=folder", ("price", "folder")),
        ("/data/run=3/model", (None, "/data/run=3/model")),
        ("price=/data/run=3/model", ("price", "/data/run=3/model")),
    ],
)
def test_a_path_may_hold_the_sign_that_names_a_model(
    reference: str, split: tuple[str | None, str]
) -> None:
    assert split_reference(reference) == split


def test_a_name_that_cannot_stand_in_an_address_is_refused() -> None:
    with pytest.raises(InvalidValue, match="For example: 'a-b-e'"):
        split_reference("a b?#%\u00e9=folder")
