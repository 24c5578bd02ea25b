"""Logging in: passwords become tokens, each refresh token is good once, and guessing is slowed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from modelyard.domain.audits import AuditQuery
from modelyard.domain.errors import Forbidden, NotAuthorized, TooManyRequests
from modelyard.domain.identities import Caller, Role

PHRASE = "green kettle under stairs"
OTHER = "blue kettle under stairs"
ADDRESS = "192.0.2.1"


def _told(access, email, password, *, address=ADDRESS):
    with pytest.raises(NotAuthorized) as refused:
        access.logins.log_in(email, password, address=address)
    return refused.value.to_dict()


def _refresh(access, token):
    try:
        return access.logins.refresh(token)
    except NotAuthorized:
        return None


def _actions(access):
    return [event.action for event in access.audit_in("local").page(AuditQuery()).items]


def test_the_address_is_the_same_in_any_case(access, ada):
    login = access.logins.log_in(" ADA@Example.org", PHRASE, address=ADDRESS)
    assert login.user.id == ada.user.id


def test_an_unknown_person_is_told_what_a_wrong_password_is_told(access, ada):
    assert _told(access, "ada@example.org", OTHER) == _told(access, "eve@example.org", OTHER)
    assert _told(access, "ada@example.org", OTHER) == _told(access, "not an address", OTHER)


def test_a_password_that_has_no_bytes_is_a_wrong_one(access, ada):
    _told(access, "ada@example.org", "\ud800")


def test_a_disabled_person_is_told_what_a_wrong_password_is_told(access, operator, join):
    vi = join("vi@example.org").user
    access.people_in("local").set_disabled(operator, vi.id, is_disabled=True)
    assert _told(access, vi.email, PHRASE) == _told(access, "eve@example.org", PHRASE)


def test_an_unknown_person_costs_as_much_hashing_as_a_known_one(access, ada, monkeypatch):
    costs = []
    verify = PasswordHasher.verify

    def counted(self, kept, password):
        costs.append(kept.split("$")[1:4])
        return verify(self, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    _told(access, "ada@example.org", OTHER)
    _told(access, "eve@example.org", OTHER)
    assert costs[0] == costs[1]
    assert len(costs) == 2


def test_a_hash_made_with_other_parameters_is_made_anew_at_the_next_login(access, ada):
    users = access.people_in("local").users
    dated = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PHRASE)
    users.change(ada.user.id, password_hash=dated)
    access.logins.log_in(ada.user.email, PHRASE, address=ADDRESS)
    kept = users.get(ada.user.id).password_hash
    assert kept != dated
    access.logins.log_in(ada.user.email, PHRASE, address=ADDRESS)
    assert users.get(ada.user.id).password_hash == kept


@pytest.mark.parametrize("email", ["ada@example.org", "eve@example.org"])
def test_of_twenty_wrong_passwords_ten_are_looked_at_whether_the_person_is_known(
    access, ada, email
):
    for _ in range(10):
        _told(access, email, OTHER)
    for _ in range(10):
        with pytest.raises(TooManyRequests) as refused:
            access.logins.log_in(email, OTHER, address=ADDRESS)
        assert 1 <= refused.value.retry_after_s <= 900


def test_a_guesser_elsewhere_does_not_keep_the_owner_out(access, ada):
    for _ in range(10):
        _told(access, "ada@example.org", OTHER, address="203.0.113.9")
    with pytest.raises(TooManyRequests):
        access.logins.log_in("ada@example.org", PHRASE, address="203.0.113.9")
    access.logins.log_in("ada@example.org", PHRASE, address=ADDRESS)


def test_one_address_guesses_at_no_more_accounts_than_a_hundred(access, ada):
    for number in range(100):
        _told(access, f"p{number}@example.org", OTHER)
    with pytest.raises(TooManyRequests):
        access.logins.log_in("ada@example.org", PHRASE, address=ADDRESS)
    access.logins.log_in("ada@example.org", PHRASE, address="203.0.113.9")


def test_all_addresses_of_one_ipv6_network_count_as_one(access, ada):
    for host in range(10):
        _told(access, "ada@example.org", OTHER, address=f"2001:db8::{host:x}")
    with pytest.raises(TooManyRequests):
        access.logins.log_in("ada@example.org", PHRASE, address="2001:db8::ffff")


def test_a_login_that_succeeds_forgives_the_wrong_ones_before(access, ada):
    for _ in range(3):
        for _ in range(9):
            _told(access, "ada@example.org", OTHER)
        access.logins.log_in("ada@example.org", PHRASE, address=ADDRESS)


def test_a_refresh_token_is_renewed_one_by_one(access, ada):
    second = access.logins.refresh(ada.refresh.text)
    third = access.logins.refresh(second.refresh.text)
    assert len({ada.refresh.text, second.refresh.text, third.refresh.text}) == 3


def test_a_refresh_token_that_comes_again_ends_all_that_came_of_the_login(access, ada):
    newest = access.logins.refresh(ada.refresh.text)
    assert _refresh(access, ada.refresh.text) is None
    assert _refresh(access, newest.refresh.text) is None
    assert _actions(access)[0] == "login.reuse"


def test_another_login_outlives_a_reuse(access, ada):
    other = access.logins.log_in("ada@example.org", PHRASE, address=ADDRESS)
    access.logins.refresh(ada.refresh.text)
    assert _refresh(access, ada.refresh.text) is None
    assert _refresh(access, other.refresh.text) is not None


def test_of_a_hundred_refreshes_at_once_exactly_one_is_answered(access, ada):
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: _refresh(access, ada.refresh.text), range(100)))
    assert sum(answer is not None for answer in answers) == 1


def test_a_login_ends_after_thirty_days_however_often_it_is_renewed(access, ada, clock):
    newest = ada
    for _ in range(29):
        clock.pass_by(days=1)
        newest = access.logins.refresh(newest.refresh.text)
    clock.pass_by(days=1)
    assert _refresh(access, newest.refresh.text) is None


def test_an_expired_refresh_token_is_no_reuse(access, ada, clock):
    clock.pass_by(days=31)
    assert _refresh(access, ada.refresh.text) is None
    assert "login.reuse" not in _actions(access)


def test_whoever_logged_out_renews_nothing(access, ada):
    newest = access.logins.refresh(ada.refresh.text)
    access.logins.log_out(newest.refresh.text)
    assert _refresh(access, newest.refresh.text) is None


def test_logging_out_with_an_unknown_token_is_answered_as_any_other(access, ada):
    access.logins.log_out("mdr_unknown")


def test_a_disabled_person_renews_nothing(access, operator, join):
    vi = join("vi@example.org")
    access.people_in("local").set_disabled(operator, vi.user.id, is_disabled=True)
    assert _refresh(access, vi.refresh.text) is None


def test_a_renewed_login_carries_the_role_of_now(access, operator, join, who):
    vi = join("vi@example.org")
    access.people_in("local").set_role(operator, vi.user.id, role=Role.EDITOR)
    assert who(access.logins.refresh(vi.refresh.text).access.text).role is Role.EDITOR


def test_a_changed_password_ends_every_login(access, ada, operator):
    access.logins.change_password(operator, old=PHRASE, new=OTHER, address=ADDRESS)
    assert _refresh(access, ada.refresh.text) is None
    access.logins.log_in("ada@example.org", OTHER, address=ADDRESS)


def test_a_key_changes_no_password(access, ada):
    robot = Caller("local", f"key:{ada.user.id}", Role.ADMIN)
    with pytest.raises(Forbidden):
        access.logins.change_password(robot, old=PHRASE, new=OTHER, address=ADDRESS)


def test_a_password_is_changed_by_whoever_knows_the_old_one_alone(access, operator):
    with pytest.raises(NotAuthorized):
        access.logins.change_password(operator, old=OTHER, new=OTHER, address=ADDRESS)
