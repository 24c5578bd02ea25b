"""People and deeds from the command line, on the machine itself."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from modelyard.bootstrap import open_project
from modelyard.cli._group import run
from modelyard.settings import read_settings
from modelyard.store.tables.audits import AUDIT_EVENTS

PHRASE = "green kettle under stairs"


@pytest.fixture
def told(capsys):
    """Return a function that runs a command and returns its exit code and what it printed."""

    def tell(*arguments):
        code = run([*arguments, "--json"])
        out, err = capsys.readouterr()
        printed = json.loads(out or err)
        return code, printed.get("error", printed) if isinstance(printed, dict) else printed

    return tell


@pytest.fixture
def invitations():
    project = open_project()
    yield project.access.invitations
    project.database.close()


@pytest.fixture
def ada(told, invitations):
    _, printed = told("users", "setup")
    return invitations.set_up(
        printed["token"], email="ada@example.org", password=PHRASE, title="Ada"
    ).user


def test_the_printed_token_sets_the_platform_up(ada):
    assert ada.is_operator


def test_a_platform_that_is_set_up_prints_no_token(ada, told):
    assert told("users", "setup")[1]["code"] == "conflict"


def test_before_it_is_set_up_nobody_is_added(told):
    code, printed = told("users", "add", "vi@example.org")
    assert (code, printed["code"]) == (4, "conflict")
    assert "modelyard users setup" in printed["fix"]


def test_a_person_who_forgot_the_password_chooses_another(ada, told, invitations):
    _, printed = told("users", "invite", "Ada@example.org")
    assert invitations.choose_password(printed["token"], PHRASE[::-1]).user.id == ada.id


def test_nobody_is_invited_who_is_not_there(told):
    assert told("users", "invite", "eve@example.org")[0] == 5


def test_who_was_added_is_listed_and_recorded(ada, told):
    told("users", "add", "vi@example.org", "--role", "editor", "--name", "Vi")
    _, people = told("users", "list")
    assert [(each["email"], each["role"]) for each in people] == [
        ("ada@example.org", "admin"),
        ("vi@example.org", "editor"),
    ]
    _, deeds = told("audit", "list", "--action", "user.create")
    assert [deed["actor"] for deed in deeds] == ["local"]


def test_nobody_is_added_to_a_tenant_that_is_not_there(ada, told):
    assert told("users", "add", "vi@example.org", "--tenant", "acme")[0] == 5


def test_a_record_that_is_whole_ends_with_zero(ada, told):
    code, printed = told("audit", "verify")
    assert (code, printed["is_sound"], printed["broken_at"]) == (0, True, None)
    assert printed["n_events"] >= 2


def test_a_record_that_was_changed_names_the_deed_and_ends_with_eight(ada, told):
    database = Path(read_settings().home) / "modelyard.db"
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        changed = sa.update(AUDIT_EVENTS).where(AUDIT_EVENTS.c.number == 2)
        connection.execute(changed.values(actor="user:eve"))
    engine.dispose()
    code, printed = told("audit", "verify")
    assert (code, printed["broken_at"]) == (8, 2)
