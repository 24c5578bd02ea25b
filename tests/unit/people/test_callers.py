"""Who asks: access tokens and API keys, what becomes of them, and how much they may ask."""

from dataclasses import replace
from datetime import timedelta

import pytest

from modelyard.domain.errors import NotAuthorized, TooManyRequests
from modelyard.domain.identities import ModelAccess, Role
from modelyard.services.logins import as_caller
from modelyard.wiring.people import AccessWiring


def _key(access, caller, *, role=Role.VIEWER, models=None, days=90):
    return access.keys_in(caller.tenant).add(
        caller, title="ci", role=role, lasts=timedelta(days=days), models=models
    )


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer mdy_a_b"])
def test_without_a_good_credential_nobody_is_answered(access, ada, header):
    headers = {} if header is None else {"authorization": header}
    with pytest.raises(NotAuthorized):
        access.identity.resolve(headers, address="")


def test_an_access_token_tells_who_logged_in(ada, who):
    assert who(ada.access.text) == as_caller(ada.user)


def test_an_access_token_lasts_ten_minutes(ada, who, clock):
    clock.pass_by(minutes=9, seconds=59)
    who(ada.access.text)
    clock.pass_by(seconds=1)
    with pytest.raises(NotAuthorized):
        who(ada.access.text)


def test_a_role_that_was_taken_away_ends_with_the_access_token(access, operator, join, who, clock):
    vi = join("vi@example.org", Role.EDITOR)
    access.people_in("local").set_role(operator, vi.user.id, role=Role.VIEWER)
    clock.pass_by(minutes=10)
    with pytest.raises(NotAuthorized):
        who(vi.access.text)
    assert who(access.logins.refresh(vi.refresh.text).access.text).role is Role.VIEWER


def test_a_key_opens_its_own_tenant_with_its_role(access, operator, who):
    key, text = _key(access, operator, role=Role.EDITOR)
    caller = who(text.text)
    assert (caller.tenant, caller.subject, caller.role) == ("local", key.subject, Role.EDITOR)
    assert not caller.is_operator


def test_a_revoked_key_is_refused_at_once(access, operator, who):
    key, text = _key(access, operator)
    who(text.text)
    access.keys_in("local").revoke(operator, key.id)
    with pytest.raises(NotAuthorized):
        who(text.text)


def test_a_key_expires(access, operator, who, clock):
    _, text = _key(access, operator, days=1)
    clock.pass_by(days=1)
    with pytest.raises(NotAuthorized):
        who(text.text)


def test_a_key_ends_at_once_with_its_owner(access, operator, join, who):
    vi = join("vi@example.org")
    _, text = _key(access, as_caller(vi.user))
    people = access.people_in("local")
    people.set_disabled(operator, vi.user.id, is_disabled=True)
    with pytest.raises(NotAuthorized):
        who(text.text)
    people.set_disabled(operator, vi.user.id, is_disabled=False)
    assert who(text.text).role is Role.VIEWER


def test_a_key_has_at_once_no_more_than_its_owners_role(access, operator, join, who):
    vi = join("vi@example.org", Role.EDITOR)
    _, text = _key(access, as_caller(vi.user), role=Role.EDITOR)
    access.people_in("local").set_role(operator, vi.user.id, role=Role.VIEWER)
    assert who(text.text).role is Role.VIEWER


def test_the_keys_of_a_closed_tenant_are_refused_at_once(access, operator, who):
    _, admin, token = access.tenants.add(
        operator, tenant="acme", title="Acme", email="boss@acme.org"
    )
    boss = access.invitations.choose_password(token.text, "green kettle under stairs")
    assert boss.user.id == admin.id
    _, text = _key(access, as_caller(boss.user))
    assert who(text.text).tenant == "acme"
    access.tenants.set_disabled(operator, "acme", is_disabled=True)
    with pytest.raises(NotAuthorized):
        who(text.text)
    with pytest.raises(NotAuthorized):
        access.logins.refresh(boss.refresh.text)


def test_a_key_that_is_bound_to_models_predicts_with_them_and_does_nothing_else(
    access, operator, who
):
    _, text = _key(access, operator, models=["iris", "wine"])
    caller = who(text.text)
    assert caller.is_predict_only
    assert caller.access == ModelAccess.to_only("iris", "wine")


def test_a_viewer_is_given_and_refused_models_at_once(access, operator, join, who):
    vi = join("vi@example.org")
    people = access.people_in("local")
    people.grant(operator, vi.user.id, grants={"*": False, "iris": True})
    assert who(vi.access.text).access == ModelAccess.to_only("iris")
    people.take_back(operator, vi.user.id, model="*")
    assert who(vi.access.text).access.is_full


def test_a_viewers_key_opens_no_model_that_the_viewer_is_refused(access, operator, join, who):
    vi = join("vi@example.org")
    _, text = _key(access, as_caller(vi.user))
    _, bound = _key(access, as_caller(vi.user), models=["iris", "wine"])
    access.people_in("local").grant(operator, vi.user.id, grants={"wine": False})
    assert not who(text.text).access.allows("wine")
    assert who(bound.text).access == ModelAccess.to_only("iris")


def test_grants_bind_viewers_alone(access, operator, join, who):
    ed = join("ed@example.org", Role.EDITOR)
    access.people_in("local").grant(operator, ed.user.id, grants={"*": False})
    assert who(ed.access.text).access.is_full


def test_when_a_key_was_used_is_kept_to_the_minute(access, operator, who, clock):
    key, text = _key(access, operator)
    keys = access.keys_in("local")
    assert keys.get(operator, key.id).last_used_at is None
    who(text.text)
    first = clock()
    clock.pass_by(seconds=59)
    who(text.text)
    assert keys.get(operator, key.id).last_used_at == first
    clock.pass_by(seconds=1)
    who(text.text)
    assert keys.get(operator, key.id).last_used_at == clock()


@pytest.fixture
def slow(access: AccessWiring) -> AccessWiring:
    """Return the platform with a rate of three a minute for a caller, five for a tenant."""
    settings = replace(access.settings, caller_rate=3, tenant_rate=5)
    return replace(access, settings=settings)


def _asks(wiring, credential):
    try:
        wiring.identity.resolve({"authorization": f"Bearer {credential}"}, address="")
    except TooManyRequests as error:
        return error.retry_after_s not in range(1, 61)
    return True


def test_a_caller_asks_so_much_and_no_more(slow, ada):
    assert [_asks(slow, ada.access.text) for _ in range(5)] == [True] * 3 + [False] * 2


def test_a_tenant_asks_so_much_and_no_more_however_many_its_keys(slow, operator):
    texts = [_key(slow, operator)[1].text for _ in range(7)]
    assert [_asks(slow, text) for text in texts] == [True] * 5 + [False] * 2


def test_a_tenant_that_asks_too_much_slows_no_other(slow, operator):
    texts = [_key(slow, operator)[1].text for _ in range(6)]
    _, _, token = slow.tenants.add(operator, tenant="acme", title="A", email="boss@acme.org")
    boss = slow.invitations.choose_password(token.text, "green kettle under stairs")
    assert [_asks(slow, text) for text in texts][-1] is False
    assert _asks(slow, boss.access.text)


def test_the_ring_tells_every_key_that_is_good_and_no_other(access, operator, clock):
    good, _ = _key(access, operator)
    revoked, _ = _key(access, operator)
    _key(access, operator, days=1)
    access.keys_in("local").revoke(operator, revoked.id)
    clock.pass_by(days=2)
    assert [held.key.id for held in access.ring.held(at=clock())] == [good.id]
