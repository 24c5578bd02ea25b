"""Admins look after people, keys, tenants and the record of deeds; nobody else is shown them."""

import pytest
from rows_chosen import with_row_chosen

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.ui.process import held
from modelyard.wire.credentials import KeyPost
from modelyard.wire.people import AuditQuery, TenantPost

pytestmark = pytest.mark.extras


@pytest.fixture
def page(page_as):
    """Return what opens a page for an admin who is an operator as well."""
    return lambda path, **query: page_as(Role.ADMIN, path, **query)


@pytest.fixture
def client(page):
    """Return a client that asks as the admin does."""
    page("home")
    with Client(held().api_url) as opened:
        yield opened


def filled(app, **texts):
    """Write into fields by their labels."""
    for field in app.text_input:
        if field.label in texts:
            field.set_value(texts[field.label])
    return app


def pressed(app, label):
    return next(each for each in app.button if each.label == label).click().run()


def words(app):
    boxes = [*app.success, *app.error, *app.warning, *app.info, *app.markdown, *app.caption]
    return "\n".join(each.value for each in boxes)


def invited(app, email="bob@example.org"):
    return pressed(filled(app, **{"E-mail address": email, "Name": "Bob"}), "Make the invitation")


def test_somebody_is_invited_by_a_link_that_is_told_once(page, client):
    admin = invited(page("admin"))
    (user,) = (each for each in client.people.each() if each.email == "bob@example.org")
    assert (user.email, user.title, user.role) == ("bob@example.org", "Bob", Role.VIEWER)
    link = admin.code[0].value
    assert "/invitation?token=" in link
    assert not admin.run().code


def test_an_address_that_is_taken_is_told(page, client):
    client.people.add("bob@example.org", Role.EDITOR)
    admin = invited(page("admin"))
    assert not admin.exception
    assert "bob" in admin.error[0].value


def test_a_person_gets_another_role_and_is_kept_out(page, client):
    user = client.people.add("bob@example.org", Role.VIEWER).user
    person = page("admin", user=user.id)
    role = next(each for each in person.selectbox if each.label == "Role")
    pressed_once = role.select(Role.EDITOR).run()
    pressed(pressed_once, "Give this role")
    assert client.people.show(user.id).role is Role.EDITOR
    pressed(page("admin", user=user.id), "Keep out")
    assert client.people.show(user.id).disabled_at is not None


def test_a_viewer_is_given_and_refused_models(page, client):
    user = client.people.add("bob@example.org", Role.VIEWER).user
    person = page("admin", user=user.id)
    next(each for each in person.selectbox if each.label == "Model").select("demo")
    next(each for each in person.radio if each.label == "Is").set_value(False)
    pressed(person, "Set this")
    assert client.people.grants(user.id).models == {"demo": False}


def test_a_key_is_made_and_told_once_and_revoked_at_once(page, client):
    admin = page("admin", section="keys")
    filled(admin, **{"What it is for": "a robot"})
    made = pressed(admin, "Make the key")
    assert made.code[0].value.startswith("mdy_")
    (key,) = client.keys.each()
    assert (key.title, key.role, key.models) == ("a robot", Role.VIEWER, None)
    assert "mdy_" not in words(made.run())


def test_a_key_without_a_purpose_is_not_made(page, client):
    admin = pressed(page("admin", section="keys"), "Make the key")
    assert "Say what the key is for" in admin.warning[0].value
    assert not list(client.keys.each())


def test_the_key_that_was_chosen_is_revoked_and_named_before(page, client):
    for title in ("one", "two"):
        client.keys.add(KeyPost(title=title, role=Role.VIEWER))
    admin = page("admin", section="keys")
    second = list(client.keys.each())[1]
    chosen = with_row_chosen(admin, 1)
    assert f"the key for {second.title} is refused" in chosen.warning[0].value
    pressed(chosen, "Revoke the chosen key")
    assert {key.id for key in client.keys.each() if key.revoked_at} == {second.id}


def test_a_key_that_was_made_meanwhile_is_not_revoked_in_place_of_the_chosen_one(page, client):
    client.keys.add(KeyPost(title="one", role=Role.VIEWER))
    admin = page("admin", section="keys")
    drawn = admin.dataframe[0].proto.id
    client.keys.add(KeyPost(title="two", role=Role.VIEWER))
    chosen = with_row_chosen(admin, 0, at=drawn)
    assert len(chosen.dataframe[0].value) == 2
    assert "Revoke the chosen key" not in [each.label for each in chosen.button]


def test_a_tenant_that_was_made_meanwhile_is_not_closed_in_place_of_the_chosen_one(page, client):
    admin = page("admin", section="tenants")
    drawn = admin.dataframe[0].proto.id
    assert "Close the chosen tenant" in [each.label for each in with_row_chosen(admin, 0).button]
    client.tenants.add(TenantPost(id="acme", title="Acme", admin_email="eve@example.org"))
    chosen = with_row_chosen(admin, 0, at=drawn)
    assert len(chosen.dataframe[0].value) == 2
    assert "Close the chosen tenant" not in [each.label for each in chosen.button]


def test_the_record_of_deeds_is_filtered_and_verified(page, client):
    client.people.add("bob@example.org", Role.VIEWER)
    admin = page("admin", section="deeds")
    n_all = len(admin.dataframe[0].value)
    assert n_all == len(list(client.deeds.each()))
    found = filled(admin, Deed="user.add").run()
    n_added = len(list(client.deeds.each(AuditQuery(action="user.add"))))
    shown = found.dataframe[0].value if n_added else []
    assert len(shown) == n_added < n_all
    assert "deeds hold" in pressed(found, "Check that nothing was altered").success[0].value


def test_a_tenant_is_made_by_an_operator(page, client):
    admin = page("admin", section="tenants")
    filled(
        admin,
        **{"Id": "acme", "Name": "Acme", "E-mail address of its first admin": "eve@example.org"},
    )
    made = pressed(admin, "Make the tenant")
    assert not made.error
    assert {tenant.id for tenant in client.tenants.each()} == {"local", "acme"}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_whoever_is_no_admin_is_told_so_and_shown_nothing(page_as, role):
    admin = page_as(role, "admin")
    assert f"your role is {role.value}" in admin.info[0].value
    assert not admin.text_input


def test_names_of_people_are_inert(page, client):
    user = client.people.add("bob@example.org", Role.VIEWER, title="<b>:red[Bob]</b>").user
    shown = [each.value for each in page("admin", user=user.id).subheader]
    assert not any("<b>" in each or ":red[" in each for each in shown)


def test_a_person_makes_a_key_of_their_own_and_sees_no_others(page_as):
    account = page_as(Role.VIEWER, "account")
    assert "You are **viewer**" in words(account)
    roles = next(each for each in account.selectbox if each.label == "Role")
    assert roles.options == ["viewer"]
