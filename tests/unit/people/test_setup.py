"""The first start: one token, one use, and never a password that somebody else has made."""

import pytest

from modelyard.domain.errors import InvalidValue, NotAuthorized
from modelyard.domain.identities import Role

PHRASE = "green kettle under stairs"


def _set_up(access, token, *, email="ada@example.org", password=PHRASE):
    return access.invitations.set_up(token.text, email=email, password=password, title="")


def test_the_first_user_runs_the_platform(access):
    user = _set_up(access, access.invitations.begin_setup()).user
    assert (user.tenant, user.role, user.is_operator) == ("local", Role.ADMIN, True)


def test_the_token_is_good_once(access):
    token = access.invitations.begin_setup()
    _set_up(access, token)
    with pytest.raises(NotAuthorized):
        _set_up(access, token, email="eve@example.org")


def test_a_platform_with_a_user_makes_no_token(access, ada):
    assert access.invitations.begin_setup() is None


def test_a_second_start_takes_the_first_token_back(access):
    first, second = access.invitations.begin_setup(), access.invitations.begin_setup()
    with pytest.raises(NotAuthorized):
        _set_up(access, first)
    _set_up(access, second)


def test_the_token_expires(access, clock):
    token = access.invitations.begin_setup()
    clock.pass_by(hours=1)
    with pytest.raises(NotAuthorized):
        _set_up(access, token)


def test_a_password_that_is_refused_leaves_the_token_good(access):
    token = access.invitations.begin_setup()
    with pytest.raises(InvalidValue):
        _set_up(access, token, password=PHRASE[:5])
    _set_up(access, token)


def test_the_token_of_an_invitation_sets_nothing_up(access, ada, operator):
    _, token = access.people_in("local").add(
        operator, email="vi@example.org", title="", role=Role.VIEWER
    )
    with pytest.raises(NotAuthorized):
        _set_up(access, token, email="eve@example.org")


def test_the_setup_token_chooses_nobodys_password(access):
    token = access.invitations.begin_setup()
    with pytest.raises(NotAuthorized):
        access.invitations.choose_password(token.text, PHRASE)


def test_an_invited_person_chooses_a_password_once(access, operator):
    _, token = access.people_in("local").add(
        operator, email="vi@example.org", title="", role=Role.EDITOR
    )
    assert access.invitations.choose_password(token.text, PHRASE).user.role is Role.EDITOR
    with pytest.raises(NotAuthorized):
        access.invitations.choose_password(token.text, "blue kettle under stairs")


def test_whoever_has_no_password_yet_cannot_log_in(access, operator):
    access.people_in("local").add(operator, email="vi@example.org", title="", role=Role.EDITOR)
    with pytest.raises(NotAuthorized):
        access.logins.log_in("vi@example.org", "", address="192.0.2.1")
