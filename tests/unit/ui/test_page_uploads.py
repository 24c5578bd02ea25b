"""Streamlit itself takes a picture as large as the page promises, and takes it from nobody else."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from modelyard.ui.companions import page_beside
from modelyard.ui.running import PageWish
from modelyard.ui.theme.options import PICTURE_MB

pytestmark = pytest.mark.extras

# Nothing answers there, and nobody has to: no page is drawn.
NOWHERE = "http://127.0.0.1:1"
MB = 1 << 20
# Of a process that starts on a crowded machine.
PATIENCE_S = 120.0


@contextmanager
def _visited(*, is_open: bool) -> Iterator[tuple[httpx.Client, str]]:
    """Run the real page in a process of its own; yield a browser, and where its visit leaves files.

    A process has one page, and this one is left to the tests of others.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        page = f"http://{host}"
        wish = PageWish(NOWHERE, NOWHERE, is_open=is_open)
        with (
            page_beside(wish, listener),
            httpx.Client(base_url=page, timeout=PATIENCE_S, headers={"origin": page}) as browser,
        ):
            browser.get("/_stcore/health")
            browser.headers["x-xsrftoken"] = browser.cookies["_streamlit_xsrf"]
            with _visit(f"ws://{host}/_stcore/stream", origin=page) as visit:
                yield browser, f"/_stcore/upload_file/{visit}/file"


@contextmanager
def _visit(address: str, *, origin: str) -> Iterator[str]:
    """Visit a page as Streamlit's script in a browser does, and yield the id of the visit."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ClientState_pb2 import ClientState
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from websockets.sync.client import connect
    from websockets.typing import Origin, Subprotocol

    with connect(
        address,
        origin=Origin(origin),
        subprotocols=[Subprotocol("streamlit")],
        open_timeout=PATIENCE_S,
        proxy=None,
    ) as stream:
        stream.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        told = ForwardMsg()
        while not told.HasField("new_session"):
            told.ParseFromString(bytes(stream.recv(timeout=PATIENCE_S, decode=False)))
        yield told.new_session.initialize.session_id


def _sent(browser: httpx.Client, address: str, *, n_bytes: int) -> int:
    return browser.put(address, files={"file": ("a.png", bytes(n_bytes))}).status_code


def test_a_picture_is_taken_up_to_the_size_that_the_page_promises() -> None:
    with _visited(is_open=True) as (browser, address):
        assert _sent(browser, address, n_bytes=2 * MB) == 204
        assert _sent(browser, address, n_bytes=(PICTURE_MB + 1) * MB) == 413
        assert browser.delete(address).status_code == 204


def test_whoever_is_not_logged_in_neither_leaves_a_file_nor_takes_one_away() -> None:
    with _visited(is_open=False) as (browser, address):
        assert _sent(browser, address, n_bytes=2 * MB) == 403
        refused = browser.delete(address)
        assert (refused.status_code, refused.text) == (403, "Log in first.")
