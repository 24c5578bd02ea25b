"""`modelyard migrate` says from which revision to which the database was brought."""

import json

import pytest
import sqlalchemy as sa
from alembic import command

from modelyard.bootstrap import open_project
from modelyard.cli._group import run
from modelyard.settings import read_settings
from modelyard.store.databases import HEAD
from modelyard.store.migrations.upgrading import make_config


@pytest.fixture
def migrate(capsys):
    """Return a function that runs the command and returns what it printed."""

    def call():
        assert run(["migrate", "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return call


def test_where_there_is_no_database_it_is_made(migrate):
    assert migrate() == {"revision": HEAD, "revision_before": None}
    assert (read_settings().home / "modelyard.db").exists()


def test_a_database_that_is_up_to_date_is_left_as_it_is(migrate):
    open_project().database.close()
    assert migrate() == {"revision": HEAD, "revision_before": HEAD}


def test_an_older_database_is_brought_up_to_date(migrate):
    home = read_settings().home
    home.mkdir(parents=True)
    engine = sa.create_engine(f"sqlite:///{home / 'modelyard.db'}")
    with engine.begin() as connection:
        command.upgrade(make_config(connection), "0001")
    engine.dispose()
    assert migrate() == {"revision": HEAD, "revision_before": "0001"}
