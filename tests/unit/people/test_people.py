"""People, tenants and keys: who may make and change what, and that nobody locks everybody out."""

from datetime import timedelta

import pytest

from modelyard.domain.audits import AuditQuery
from modelyard.domain.errors import Conflict, Forbidden, InvalidValue, NotFound
from modelyard.domain.identities import Caller, Role
from modelyard.services.logins import as_caller

DAY = timedelta(days=1)


@pytest.fixture
def people(access):
    return access.people_in("local")


@pytest.fixture
def robot(ada):
    """Return an API key of the highest role."""
    return Caller("local", "key:robot", Role.ADMIN)


def test_an_address_belongs_to_one_person_of_the_platform(access, operator, people):
    access.tenants.add(operator, tenant="acme", title="Acme", email="boss@acme.org")
    with pytest.raises(Conflict):
        people.add(operator, email="Boss@acme.org", title="", role=Role.VIEWER)


def test_what_is_no_address_makes_no_user(operator, people):
    with pytest.raises(InvalidValue):
        people.add(operator, email="ada", title="", role=Role.VIEWER)


def test_a_person_of_one_tenant_is_not_there_for_another(access, ada, people):
    with pytest.raises(NotFound):
        access.people_in("acme").get(ada.user.id)


def test_the_last_admin_of_a_tenant_stays(access, operator, join, people):
    _, admin, token = access.tenants.add(
        operator, tenant="acme", title="Acme", email="boss@acme.org"
    )
    access.invitations.choose_password(token.text, "green kettle under stairs")
    acme = access.people_in("acme")
    with pytest.raises(Conflict):
        acme.set_role(operator, admin.id, role=Role.VIEWER)
    with pytest.raises(Conflict):
        acme.set_disabled(operator, admin.id, is_disabled=True)
    assert acme.get(admin.id) == access.people_in("acme").get(admin.id)
    assert (acme.get(admin.id).role, acme.get(admin.id).disabled_at) == (Role.ADMIN, None)


def test_an_admin_who_never_chose_a_password_is_no_reason_to_let_the_last_one_go(
    operator, ada, people
):
    people.add(operator, email="bo@example.org", title="", role=Role.ADMIN)
    with pytest.raises(Conflict):
        people.set_role(operator, ada.user.id, role=Role.VIEWER)


def test_the_last_operator_stays_though_the_tenant_has_another_admin(operator, ada, join, people):
    join("bo@example.org", Role.ADMIN)
    with pytest.raises(Conflict):
        people.set_disabled(operator, ada.user.id, is_disabled=True)
    assert people.get(ada.user.id).disabled_at is None


def test_an_operator_lets_another_admin_run_the_platform(operator, ada, join, people):
    bo = join("bo@example.org", Role.ADMIN).user
    people.set_operator(operator, bo.id, is_operator=True)
    people.set_operator(as_caller(people.get(bo.id)), ada.user.id, is_operator=False)
    with pytest.raises(Conflict):
        people.set_operator(as_caller(people.get(bo.id)), bo.id, is_operator=False)
    assert [user.is_operator for user in people.page().items] == [False, True]


def test_an_admin_makes_nobody_an_operator(join, people):
    bo = join("bo@example.org", Role.ADMIN).user
    with pytest.raises(Forbidden):
        people.set_operator(as_caller(bo), bo.id, is_operator=True)


def test_an_admin_touches_no_operator(ada, join, people):
    bo = as_caller(join("bo@example.org", Role.ADMIN).user)
    with pytest.raises(Forbidden):
        people.invite(bo, ada.user.id)
    with pytest.raises(Forbidden):
        people.set_role(bo, ada.user.id, role=Role.VIEWER)


def test_a_key_makes_neither_people_nor_keys_nor_tenants(access, ada, robot, people):
    deeds = (
        lambda: people.add(robot, email="bo@example.org", title="", role=Role.VIEWER),
        lambda: people.invite(robot, ada.user.id),
        lambda: people.grant(robot, ada.user.id, grants={"iris": False}),
        lambda: people.set_role(robot, ada.user.id, role=Role.VIEWER),
        lambda: access.keys_in("local").add(robot, title="x", role=Role.VIEWER, lasts=DAY),
        lambda: access.tenants.add(robot, tenant="acme", title="A", email="b@acme.org"),
    )
    for deed in deeds:
        with pytest.raises(Forbidden):
            deed()


def test_a_key_has_at_most_the_role_of_whoever_makes_it(access, join):
    vi = as_caller(join("vi@example.org").user)
    with pytest.raises(Forbidden):
        access.keys_in("local").add(vi, title="x", role=Role.EDITOR, lasts=DAY)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_key_lasts_up_to_a_year(access, operator, days):
    with pytest.raises(InvalidValue):
        access.keys_in("local").add(
            operator, title="x", role=Role.VIEWER, lasts=timedelta(days=days)
        )


def test_an_admin_sees_all_keys_and_whoever_else_their_own(access, operator, join):
    keys = access.keys_in("local")
    vi = as_caller(join("vi@example.org").user)
    of_admin, _ = keys.add(operator, title="x", role=Role.VIEWER, lasts=DAY)
    own, _ = keys.add(vi, title="y", role=Role.VIEWER, lasts=DAY)
    assert {key.id for key in keys.page(operator).items} == {of_admin.id, own.id}
    assert [key.id for key in keys.page(vi).items] == [own.id]
    with pytest.raises(NotFound):
        keys.revoke(vi, of_admin.id)


def test_a_viewers_key_sees_no_keys(access, operator):
    keys = access.keys_in("local")
    key, _ = keys.add(operator, title="x", role=Role.VIEWER, lasts=DAY)
    with pytest.raises(Forbidden):
        keys.page(Caller("local", key.subject, Role.VIEWER))


def test_a_key_of_one_tenant_is_not_there_for_another(access, operator):
    key, _ = access.keys_in("local").add(operator, title="x", role=Role.VIEWER, lasts=DAY)
    boss = Caller("acme", "user:boss", Role.ADMIN)
    with pytest.raises(NotFound):
        access.keys_in("acme").revoke(boss, key.id)


def test_a_tenant_whose_admin_cannot_be_made_is_not_made(access, operator):
    with pytest.raises(Conflict):
        access.tenants.add(operator, tenant="acme", title="A", email="ada@example.org")
    assert [tenant.id for tenant in access.tenants.page().items] == ["local"]
    assert access.audit_in("local").page(AuditQuery(action="tenant.create")).items == ()


def test_an_operator_does_not_close_their_own_tenant(access, operator):
    with pytest.raises(Conflict):
        access.tenants.set_disabled(operator, "local", is_disabled=True)


def test_people_are_listed_page_by_page(operator, join, people):
    for number in range(5):
        join(f"p{number}@example.org")
    seen, cursor = [], None
    while True:
        page = people.page(limit=2, cursor=cursor)
        seen += [user.email for user in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ["ada@example.org", *(f"p{number}@example.org" for number in range(5))]


def test_every_deed_stands_in_the_record_with_who_did_it(access, operator, join, people):
    vi = join("vi@example.org").user
    people.set_role(operator, vi.id, role=Role.EDITOR)
    people.grant(operator, vi.id, grants={"iris": False})
    key, _ = access.keys_in("local").add(operator, title="x", role=Role.VIEWER, lasts=DAY)
    access.keys_in("local").revoke(operator, key.id)
    told = [
        (event.actor, event.action, event.target)
        for event in access.audit_in("local").page(AuditQuery(limit=4)).items
    ]
    assert told == [
        (operator.subject, "key.revoke", key.subject),
        (operator.subject, "key.create", key.subject),
        (operator.subject, "user.grant", vi.subject),
        (operator.subject, "user.role", vi.subject),
    ]
