"""What goes wrong is told calmly at every page: what came, what to do, and never a stack."""

import pytest
from logins import sessions_at
from pages_opened import opened
from structlog.testing import capture_logs

from modelyard.ui.process import PageProcess, hold

pytestmark = pytest.mark.extras


def _of_the_platform():
    from modelyard.domain.errors import InvalidValue
    from modelyard.ui.parts.problems import told

    with told():
        raise InvalidValue("Column '<b>age</b>' is odd.", fix="Mend *it*.")


def _unforeseen():
    from modelyard.ui.parts.problems import tell_unforeseen

    tell_unforeseen(RuntimeError("secret inside"))


def test_an_error_of_the_platform_is_told_with_what_to_do():
    from streamlit.testing.v1 import AppTest

    told = AppTest.from_function(_of_the_platform).run().error[0].value
    assert told == "**Column '\\<b\\>age\\</b\\>' is odd.**\n\nMend \\*it\\*."


def test_what_nobody_foresaw_is_told_by_an_id_without_a_stack():
    from streamlit.testing.v1 import AppTest

    with capture_logs() as logged:
        app = AppTest.from_function(_unforeseen).run()
    told = app.error[0].value
    assert "fault of Modelyard" in told
    assert "secret inside" not in told
    assert "Traceback" not in told
    (line,) = logged
    assert f"`{line['request_id']}`" in told
    assert "secret inside" in line["trace"]


def test_a_platform_that_does_not_answer_is_told(monkeypatch):
    monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: None)
    sessions = sessions_at("http://127.0.0.1:1")
    hold(PageProcess("http://127.0.0.1:1", "http://127.0.0.1:1", sessions))
    app = opened("home")
    sessions.close()
    assert not app.exception
    assert len(app.error) == 1


def test_whoever_is_not_logged_in_any_more_is_offered_the_login(monkeypatch):
    monkeypatch.setattr("streamlit.runtime.context._get_client_context", lambda: None)
    sessions = sessions_at("http://127.0.0.1:1", is_open=False)
    hold(PageProcess("http://127.0.0.1:1", "http://127.0.0.1:1", sessions))
    app = opened("home")
    sessions.close()
    assert "your login has ended" in app.info[0].value
