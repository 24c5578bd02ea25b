"""The guards that stand around every test hold: no network, and a home of its own."""

import os
import socket
from pathlib import Path

import pytest


def test_an_address_beyond_this_machine_is_refused():
    # 192.0.2.0/24 is set aside for documentation (RFC 5737): nobody would answer anyway.
    with pytest.raises(Exception, match=r"must not reach '192\.0\.2\.1'"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_a_name_beyond_this_machine_is_not_even_looked_up():
    with pytest.raises(Exception, match=r"must not reach 'example\.org'"):
        socket.getaddrinfo("example.org", 80)


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = ("localhost", server.getsockname()[1])
        with socket.create_connection(address, timeout=5) as client:
            assert client.getpeername()[0] == "127.0.0.1"


def test_a_test_works_in_a_home_of_its_own(tmp_path_factory):
    ours = tmp_path_factory.getbasetemp()
    for setting in ("MODELYARD_HOME", "MODELYARD_KEYS"):
        assert Path(os.environ[setting]).is_relative_to(ours)
        assert not Path(os.environ[setting]).exists()
