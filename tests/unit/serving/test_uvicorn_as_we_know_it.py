"""What we take from the inside of uvicorn is there: an update that moves it fails here by name.

The hooks are its classes for a connection and for several processes, which its documentation does
not promise. What they do for us is tested over real HTTP.
"""

import inspect
import re

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from modelyard.serving.protocol import PatientProtocol
from modelyard.serving.running import Workers


def _own(ours: type) -> set[str]:
    return {name for name in vars(ours) if not name.startswith("__")}


def test_every_hook_of_a_connection_overrides_one_of_theirs() -> None:
    hooks = {name for name in _own(PatientProtocol) if not name.startswith("_")}
    assert {"connection_made", "data_received"} < hooks
    for name in hooks:
        ours, theirs = (getattr(each, name) for each in (PatientProtocol, HttpToolsProtocol))
        assert list(inspect.signature(ours).parameters) == list(
            inspect.signature(theirs).parameters
        )


def test_no_name_of_ours_hides_one_of_theirs() -> None:
    source = inspect.getsource(HttpToolsProtocol)
    private = {name for name in _own(PatientProtocol) if name.startswith("_")}
    assert [name for name in private if re.search(rf"self\.{name}\b|def {name}\b", source)] == []


@pytest.mark.parametrize("name", ["loop", "transport", "config", "cycle", "client", "app_state"])
def test_a_connection_knows_what_we_ask_it_for(name: str) -> None:
    assert f"self.{name}" in inspect.getsource(HttpToolsProtocol)


@pytest.mark.parametrize("name", ["response_started", "more_body"])
def test_a_request_knows_how_far_it_is(name: str) -> None:
    assert f"self.{name}" in inspect.getsource(RequestResponseCycle.__init__)


def test_several_processes_hear_a_signal_where_we_expect_it() -> None:
    hooks = {"handle_hup", "keep_subprocess_alive"}
    assert _own(Workers) == hooks | {"has_given_up", "_n_refused"}
    assert hooks < _own(Multiprocess)
    for name in ("has_given_up", "_n_refused"):
        assert name not in inspect.getsource(Multiprocess)
    assert "timeout" in inspect.signature(Process.is_ready).parameters
    assert callable(Multiprocess.handle_hup)
    assert "self.processes" in inspect.getsource(Multiprocess.__init__)
    assert "self.process " in inspect.getsource(Process.__init__)
    assert isinstance(Process.pid, property)
