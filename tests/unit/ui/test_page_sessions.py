"""Logins of the page: their tokens are renewed in time, once for all who need them, and end."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from modelyard.domain.errors import NotAuthorized, Unavailable
from modelyard.ui.keeping import Keep
from modelyard.ui.sessions import Sessions
from modelyard.wire.credentials import AdmissionAnswer

LASTS_S = 600


def admission(number):
    return AdmissionAnswer(
        access_token=f"access-{number}",
        refresh_token=f"refresh-{number}",
        expires_in_s=LASTS_S,
        user_id="u",
        email="ada@example.org",
        tenant="local",
    )


class FakePlatform:
    """Counts what is asked of it; hands out a client for each connection."""

    def __init__(self):
        self.n_refreshed = 0
        self.ended = []
        self.closed = 0
        self.error = None
        self.turn = threading.Lock()

    def connect(self, token):
        return FakeClient(self, token)

    def refresh(self, refresh_token):
        if self.error:
            raise self.error
        with self.turn:
            assert refresh_token == f"refresh-{self.n_refreshed}"
            self.n_refreshed += 1
            return admission(self.n_refreshed)

    def log_out(self, refresh_token):
        if self.error:
            raise self.error
        self.ended.append(refresh_token)


class FakeClient:
    def __init__(self, platform, token):
        self.logins = platform
        self.token = token
        self._platform = platform

    def close(self):
        self._platform.closed += 1


class Clock:
    def __init__(self):
        self.at_s = 0.0

    def __call__(self):
        return self.at_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def platform():
    return FakePlatform()


@pytest.fixture
def keep(tmp_path):
    return Keep(tmp_path / "logins", platform="http://here")


@pytest.fixture
def sessions(platform, clock):
    return Sessions(platform.connect, clock=clock)


def test_a_login_is_found_by_its_id_and_by_no_other(sessions):
    session_id = sessions.begin(admission(0))
    assert sessions.find(session_id).token() == "access-0"
    assert sessions.find("another") is None
    assert sessions.find(None) is None


def test_a_token_is_kept_while_it_lasts_and_renewed_a_minute_before_it_ends(
    sessions, platform, clock
):
    login = sessions.find(sessions.begin(admission(0)))
    clock.at_s = LASTS_S - 61
    assert login.token() == "access-0"
    clock.at_s = LASTS_S - 60
    assert login.token() == "access-1"
    assert platform.n_refreshed == 1


def test_of_many_that_need_a_fresh_token_one_asks(sessions, platform, clock):
    login = sessions.find(sessions.begin(admission(0)))
    clock.at_s = LASTS_S
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _: login.token(), range(32), timeout=30))
    assert tokens == {"access-1"}
    assert platform.n_refreshed == 1


def test_a_login_that_the_platform_has_ended_is_told_and_not_found_again(sessions, platform, clock):
    session_id = sessions.begin(admission(0))
    login = sessions.find(session_id)
    clock.at_s = LASTS_S
    platform.error = NotAuthorized("The login has ended.", fix="Log in.")
    with pytest.raises(NotAuthorized):
        login.token()
    assert sessions.find(session_id) is None


def test_a_tab_that_still_asks_after_the_login_was_ended_hears_so(sessions):
    session_id = sessions.begin(admission(0))
    login = sessions.find(session_id)
    sessions.end(session_id)
    with pytest.raises(NotAuthorized):
        login.token()


def test_ending_a_login_ends_it_at_the_platform(sessions, platform):
    session_id = sessions.begin(admission(0))
    sessions.end(session_id)
    assert platform.ended == ["refresh-0"]
    assert sessions.find(session_id) is None


def test_a_login_ends_here_though_the_platform_does_not_answer(sessions, platform):
    session_id = sessions.begin(admission(0))
    platform.error = Unavailable("It does not answer.", fix="Ask again.")
    sessions.end(session_id)
    assert sessions.find(session_id) is None


def test_logins_of_which_nobody_has_heard_for_a_month_are_forgotten(sessions, platform, clock):
    old = sessions.begin(admission(0))
    clock.at_s = 31 * 86_400.0
    young = sessions.begin(admission(0))
    assert sessions.find(old) is None
    assert sessions.find(young) is not None
    assert platform.closed == 2


def test_a_login_that_was_ended_keeps_no_connection_and_is_ended_once(sessions, platform, clock):
    sessions.end(sessions.begin(admission(0)))
    assert platform.closed == 2
    clock.at_s = 31 * 86_400.0
    sessions.begin(admission(0))
    assert (platform.closed, platform.ended) == (2, ["refresh-0"])


def test_a_login_that_the_platform_has_ended_is_forgotten_without_telling_it(
    sessions, platform, clock
):
    login = sessions.find(sessions.begin(admission(0)))
    clock.at_s = 31 * 86_400.0
    platform.error = NotAuthorized("The login has ended.", fix="Log in.")
    with pytest.raises(NotAuthorized):
        login.token()
    platform.error = None
    sessions.begin(admission(0))
    assert (platform.closed, platform.ended) == (2, [])


def test_whoever_is_not_logged_in_asks_without_a_token_only_where_that_may_be(platform, clock):
    assert Sessions(platform.connect, clock=clock).client(None).token is None
    closed = Sessions(platform.connect, clock=clock, is_open=False)
    with pytest.raises(NotAuthorized):
        closed.client(None)
    assert closed.asks_for_login()


def test_a_login_outlives_the_process_of_the_page_and_is_renewed_at_once(platform, clock, keep):
    session_id = Sessions(platform.connect, clock=clock, keep=keep).begin(admission(0))
    login = Sessions(platform.connect, clock=clock, keep=keep).find(session_id)
    assert login.email == "ada@example.org"
    assert login.token() == "access-1"
    again = Sessions(platform.connect, clock=clock, keep=keep).find(session_id)
    assert again.token() == "access-2"


def test_a_login_that_was_ended_is_not_there_after_a_restart(platform, clock, keep):
    sessions = Sessions(platform.connect, clock=clock, keep=keep)
    session_id = sessions.begin(admission(0))
    sessions.end(session_id)
    assert Sessions(platform.connect, clock=clock, keep=keep).find(session_id) is None


def test_of_two_tabs_that_come_after_a_restart_both_have_the_same_login(platform, clock, keep):
    session_id = Sessions(platform.connect, clock=clock, keep=keep).begin(admission(0))
    sessions = Sessions(platform.connect, clock=clock, keep=keep)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: sessions.find(session_id), range(32), timeout=30))
    assert len(found) == 1


def test_what_is_kept_tells_neither_tokens_nor_people_nor_by_which_id(
    platform, clock, keep, tmp_path
):
    session_id = Sessions(platform.connect, clock=clock, keep=keep).begin(admission(0))
    (file,) = (tmp_path / "logins").iterdir()
    told = file.name.encode() + file.read_bytes()
    for secret in (session_id, "refresh-0", "access-0", "ada@example.org"):
        assert secret.encode() not in told
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"short", bytes(100)], ids=["none", "short", "other"])
def test_a_kept_login_that_was_altered_is_none(platform, clock, keep, tmp_path, content):
    session_id = Sessions(platform.connect, clock=clock, keep=keep).begin(admission(0))
    (file,) = (tmp_path / "logins").iterdir()
    file.write_bytes(content)
    assert Sessions(platform.connect, clock=clock, keep=keep).find(session_id) is None


def test_a_login_at_one_platform_is_none_at_another(platform, clock, keep, tmp_path):
    session_id = Sessions(platform.connect, clock=clock, keep=keep).begin(admission(0))
    other = Keep(tmp_path / "logins", platform="http://there")
    assert Sessions(platform.connect, clock=clock, keep=other).find(session_id) is None


def test_logins_that_ended_at_the_platform_long_ago_are_cleared_away(
    platform, clock, keep, tmp_path
):
    Sessions(platform.connect, clock=clock, keep=keep).begin(admission(0))
    (file,) = (tmp_path / "logins").iterdir()
    keep.drop_older(file.stat().st_mtime - 1)
    assert file.exists()
    keep.drop_older(file.stat().st_mtime + 1)
    assert not file.exists()


def test_where_nothing_can_be_written_logins_last_as_long_as_the_process(platform, clock, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    sessions = Sessions(platform.connect, clock=clock, keep=Keep(blocked, platform="p"))
    assert sessions.find(sessions.begin(admission(0))).token() == "access-0"
