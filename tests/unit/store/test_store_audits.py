"""The chain of deeds on both databases: it breaks where it is touched, and is part of the deed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import sqlalchemy as sa

from modelyard.domain.audits import ORIGIN, AuditQuery
from modelyard.domain.runs import Model
from modelyard.store.audits import Audits
from modelyard.store.databases import Database
from modelyard.store.models import Models
from modelyard.store.tables.audits import AUDIT_EVENTS, AUDIT_HEADS

AT = datetime(2026, 1, 1, tzinfo=UTC)


def _add(audits: Audits, *targets: str) -> None:
    for target in targets:
        audits.add(at=AT, actor="user:a", action="model.promote", target=target, details={"n": 1})


@pytest.fixture
def audits(database: Database) -> Audits:
    made = Audits(database.of("acme"))
    _add(made, "a@1", "a@2", "a@3", "a@4", "a@5")
    return made


def _tamper(database: Database, *statements: sa.Executable) -> None:
    with database.writing() as connection:
        for statement in statements:
            connection.execute(statement)


def _numbered(number: int) -> sa.ColumnElement[bool]:
    return (AUDIT_EVENTS.c.tenant == "acme") & (AUDIT_EVENTS.c.number == number)


def test_each_link_holds_the_one_before(audits: Audits) -> None:
    events = audits.page(AuditQuery()).items[::-1]
    assert events[0].previous == ORIGIN
    assert all(later.previous == earlier.sha256 for earlier, later in pairwise(events))


def test_a_chain_that_nobody_touched_holds(audits: Audits) -> None:
    check = audits.verify()
    newest = audits.page(AuditQuery(limit=1)).items[0]
    assert (check.broken_at, check.n_events, check.head) == (None, 5, newest.sha256)


def test_a_chain_without_links_holds(database: Database) -> None:
    assert Audits(database.of("acme")).verify().broken_at is None


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_deleted_row_is_named(audits: Audits, database: Database, number: int) -> None:
    _tamper(database, sa.delete(AUDIT_EVENTS).where(_numbered(number)))
    assert audits.verify().broken_at == number


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "user:b"},
        {"action": "model.delete"},
        {"target": "b@1"},
        {"details": {"n": 2}},
        {"at": AT.replace(year=2025)},
        {"sha256": "0" * 64},
    ],
)
def test_an_altered_row_is_named(audits: Audits, database: Database, change: dict) -> None:
    _tamper(database, sa.update(AUDIT_EVENTS).where(_numbered(3)).values(**change))
    assert audits.verify().broken_at == 3


def test_an_altered_row_with_a_hash_that_fits_breaks_the_next_one(
    audits: Audits, database: Database
) -> None:
    event = replace(audits.page(AuditQuery()).items[2], actor="user:b")
    forged = {"actor": "user:b", "sha256": event.sha256}
    _tamper(database, sa.update(AUDIT_EVENTS).where(_numbered(3)).values(**forged))
    assert audits.verify().broken_at == 4


def test_rows_that_changed_places_are_named(audits: Audits, database: Database) -> None:
    def move(number: int, to: int) -> sa.Executable:
        return sa.update(AUDIT_EVENTS).where(_numbered(number)).values(number=to)

    _tamper(database, move(2, 99), move(4, 2), move(99, 4))
    assert audits.verify().broken_at == 2


def test_a_row_put_in_at_the_end_is_named(audits: Audits, database: Database) -> None:
    head = sa.select(AUDIT_HEADS.c.number, AUDIT_HEADS.c.sha256)
    with database.reading() as connection:
        number, sha256 = connection.execute(head.where(AUDIT_HEADS.c.tenant == "acme")).one()
    _add(audits, "a@6")
    _tamper(database, sa.update(AUDIT_HEADS).values(number=number, sha256=sha256))
    assert audits.verify().broken_at == 6


def test_chains_of_tenants_are_apart(audits: Audits, database: Database) -> None:
    other = Audits(database.of("globex"))
    _add(other, "b@1")
    assert (other.verify().n_events, audits.verify().n_events) == (1, 5)


def test_what_no_database_encodes_is_hashed_as_it_is_read_back(database: Database) -> None:
    audits = Audits(database.of("acme"))
    audits.add(at=AT, actor="a", action="b", target="\udcff\0é", details={"k\0": "\ud800"})
    assert audits.verify().broken_at is None


def test_a_deed_that_fails_is_not_in_the_record(
    database: Database, make_model: Callable[..., Model]
) -> None:
    audits, models = Audits(database.of("acme")), Models(database.of("acme"))

    def fail_half_way() -> None:
        with audits.together():
            models.register(make_model("iris"))
            _add(audits, "iris@1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert (audits.verify().n_events, models.find()) == (0, ())


def test_a_deed_whose_record_fails_is_not_done(
    database: Database, make_model: Callable[..., Model]
) -> None:
    audits, models = Audits(database.of("acme")), Models(database.of("acme"))

    def fail_to_record() -> None:
        with audits.together():
            models.register(make_model("iris"))
            audits.add(at=AT, actor="a", action="b", target="x", details={"x": float("nan")})

    with pytest.raises(ValueError, match="JSON"):
        fail_to_record()
    assert models.find() == ()


def test_deeds_are_listed_by_who_what_and_whereto_page_by_page(audits: Audits) -> None:
    first = audits.page(AuditQuery(action="model.promote", limit=2))
    assert [event.number for event in first.items] == [5, 4]
    second = audits.page(AuditQuery(action="model.promote", limit=2, cursor=first.next_cursor))
    assert [event.number for event in second.items] == [3, 2]
    assert [event.number for event in audits.page(AuditQuery(target="a@4")).items] == [4]
    assert audits.page(AuditQuery(actor="user:b")).items == ()


def test_of_many_that_record_at_once_each_is_a_link_of_its_own(database: Database) -> None:
    audits = Audits(database.of("acme"))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: _add(audits, f"a@{number}"), range(40)))
    check = audits.verify()
    assert (check.broken_at, check.n_events) == (None, 40)
