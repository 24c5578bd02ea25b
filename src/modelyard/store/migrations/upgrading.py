"""Runs the revisions that a database lacks; imported only when there are some."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from modelyard.domain.errors import StoreError


def make_config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration, without any file, for this connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade_to_head(connection: sa.Connection, revision: str | None) -> None:
    """Bring a database from `revision` (None: empty) to the newest, in the caller's transaction.

    Raises:
        StoreError: if this version does not know `revision`.
    """
    config = make_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            f"The database has revision '{revision}', which this version does not know: a newer "
            "Modelyard has written it.",
            fix="Upgrade Modelyard, or set MODELYARD_HOME to another folder.",
        )
    command.upgrade(config, "head")
