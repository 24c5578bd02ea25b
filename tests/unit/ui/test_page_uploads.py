"""Streamlit itself takes a picture as large as the page promises, and takes it from nobody else."""

import time
from contextlib import contextmanager

import pytest
from logins import AT_ONCE, PAGE
from starlette.testclient import TestClient

from modelyard.client.clients import Client
from modelyard.domain.perimeters import Perimeter
from modelyard.ui.application import make_page
from modelyard.ui.process import PageProcess
from modelyard.ui.sessions import Sessions
from modelyard.ui.theme.options import PICTURE_MB

pytestmark = pytest.mark.extras

# Nothing answers there, and nobody has to: no page is drawn.
NOWHERE = "http://127.0.0.1:1"
MB = 1 << 20


@pytest.fixture
def visited(monkeypatch):
    """Return what serves the real page, and yields a browser with the id of its visit."""
    from streamlit import config

    # A process has one of it.
    monkeypatch.setattr("streamlit.runtime.runtime.Runtime._instance", None)
    yield _visited
    config.get_config_options(force_reparse=True)


@contextmanager
def _visited(*, is_open):
    from streamlit.runtime import Runtime

    sessions = Sessions(
        lambda token: Client(NOWHERE, token=token, patience=AT_ONCE),
        clock=time.monotonic,
        is_open=is_open,
    )
    page = make_page(PageProcess(NOWHERE, NOWHERE, sessions), Perimeter())
    with TestClient(page, base_url=PAGE, client=("127.0.0.1", 1234)) as browser:
        browser.headers["origin"] = PAGE
        browser.get("/_stcore/health")
        browser.headers["x-xsrftoken"] = browser.cookies["_streamlit_xsrf"]
        stream = PAGE.replace("http", "ws") + "/_stcore/stream"
        with browser.websocket_connect(stream, subprotocols=["streamlit"]):
            (visit,) = Runtime.instance()._session_mgr.list_active_sessions()
            yield browser, f"/_stcore/upload_file/{visit.session.id}/file"
    sessions.close()


def _sent(browser, address, n_bytes):
    return browser.put(address, files={"file": ("a.png", bytes(n_bytes))}).status_code


def test_a_picture_is_taken_up_to_the_size_that_the_page_promises(visited):
    with visited(is_open=True) as (browser, address):
        assert _sent(browser, address, 2 * MB) == 204
        assert _sent(browser, address, (PICTURE_MB + 1) * MB) == 413
        assert browser.delete(address).status_code == 204


def test_whoever_is_not_logged_in_neither_leaves_a_file_nor_takes_one_away(visited):
    with visited(is_open=False) as (browser, address):
        assert _sent(browser, address, 2 * MB) == 403
        refused = browser.delete(address)
        assert (refused.status_code, refused.text) == (403, "Log in first.")
