"""A platform over a real database, with a clock set by hand and passwords that hash at once."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import Parameters, Type

from modelyard.domain.identities import Caller, Role
from modelyard.services.logins import Admission, as_caller
from modelyard.services.passwords import Passwords
from modelyard.settings import read_settings
from modelyard.store.databases import Database, open_database
from modelyard.wiring.people import AccessWiring
from real_postgresql import RealPostgresql

PHRASE = "green kettle under stairs"
# The cheapest that Argon2 allows: what tests hash is worth nothing.
CHEAP = Parameters(
    type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=1, memory_cost=8, parallelism=1
)


@dataclass
class Clock:
    """Tells the time that it was set to."""

    at: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **much: float) -> None:
        self.at += timedelta(**much)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database that has its tables: to copy it is quicker than to make them anew."""
    path = tmp_path_factory.mktemp("people") / "empty.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.extras)])
def platform_url(
    request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path
) -> Iterator[str]:
    """Yield the address of a fresh database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(empty_database, tmp_path / 'modelyard.db')}"
        return
    server: RealPostgresql = request.getfixturevalue("postgresql")
    made = server.make_database()
    yield made
    server.drop_database(made)


@pytest.fixture
def platform_database(platform_url: str) -> Iterator[Database]:
    opened = open_database(platform_url)
    yield opened
    opened.close()


@pytest.fixture
def access(platform_database: Database, clock: Clock) -> AccessWiring:
    return AccessWiring(read_settings(), platform_database, now=clock, passwords=Passwords(CHEAP))


@pytest.fixture
def ada(access: AccessWiring) -> Admission:
    """Set the platform up and return the login of its first user."""
    token = access.invitations.begin_setup()
    assert token is not None
    return access.invitations.set_up(
        token.text, email="ada@example.org", password=PHRASE, title="Ada"
    )


@pytest.fixture
def operator(ada: Admission) -> Caller:
    return as_caller(ada.user)


@pytest.fixture
def join(access: AccessWiring, operator: Caller):
    """Return a function that lets somebody join the first user's tenant and log in."""

    def let_join(email: str, role: Role = Role.VIEWER) -> Admission:
        _, token = access.people_in("local").add(operator, email=email, title="", role=role)
        return access.invitations.choose_password(token.text, PHRASE)

    return let_join


@pytest.fixture
def who(access: AccessWiring):
    """Return a function that tells who sends a credential."""

    def resolve(credential: str) -> Caller:
        headers = {"authorization": f"Bearer {credential}"}
        return access.identity.resolve(headers, address="192.0.2.1")

    return resolve
