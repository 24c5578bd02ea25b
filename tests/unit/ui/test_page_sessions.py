"""Logins of the page: their tokens are renewed in time, once for all who need them, and end."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from modelyard.domain.errors import NotAuthorized, Unavailable
from modelyard.ui.sessions import Sessions
from modelyard.wire.credentials import AdmissionAnswer

LASTS_S = 600


def admission(number):
    return AdmissionAnswer(
        access_token=f"access-{number}",
        refresh_token=f"refresh-{number}",
        expires_in_s=LASTS_S,
        user_id="u",
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


def test_whoever_is_not_logged_in_asks_without_a_token_only_where_that_may_be(platform, clock):
    assert Sessions(platform.connect, clock=clock).client(None).token is None
    closed = Sessions(platform.connect, clock=clock, is_open=False)
    with pytest.raises(NotAuthorized):
        closed.client(None)
    assert closed.asks_for_login()
