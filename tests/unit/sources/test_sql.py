"""The SQL source: what it reads, what it refuses, and that no password is told."""

import sqlite3

import pytest

from modelyard.catalog import Catalog
from modelyard.components.sources.sql import COMPONENT
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError, InvalidValue, NoRows, NotFound, UsageError
from modelyard.engine.frames.forms import raw_table_of
from modelyard.kit.addresses import scheme_of, stated, with_query


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute('CREATE TABLE "or ders" (id INTEGER, code TEXT, price REAL, mixed)')
    rows = [(9007199254740993, "00123", 1.5, 1), (None, "x;y", None, "word")]
    connection.executemany('INSERT INTO "or ders" VALUES (?, ?, ?, ?)', rows)
    connection.execute("CREATE TABLE emptied (a)")
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


def read(location):
    return COMPONENT.read(location, ReadOptions())


def test_a_table_comes_back_exactly(shop):
    assert read(f"{shop}?table=or ders").frame.to_dict(as_series=False) == {
        "id": [9007199254740993, None],
        "code": ["00123", "x;y"],
        "price": [1.5, None],
        "mixed": [1, "word"],
    }


def test_a_query_answers_with_its_columns(shop):
    query = "SELECT code AS word, '; drop' AS note FROM \"or ders\" WHERE id > 1; "
    raw = read(with_query(shop, query))
    assert raw.frame.to_dict(as_series=False) == {"word": ["00123"], "note": ["; drop"]}


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM emptied",
        "SELECT 1; DELETE FROM emptied",
        "WITH x AS (SELECT 1) INSERT INTO emptied SELECT * FROM x",
        "PRAGMA journal_mode",
        "/* SELECT */ DROP TABLE emptied",
        "SELECT * INTO stolen FROM emptied",
        "SELECT 1 /*! INTO OUTFILE '/tmp/stolen' */",
        "SELECT '\\' -- ' INTO OUTFILE '/tmp/stolen'",
        "SELECT 1 /*M!100100 INTO OUTFILE '/tmp/stolen' */",
    ],
)
def test_a_statement_that_does_not_only_read_is_refused(shop, query):
    with pytest.raises(UsageError, match="only reads"):
        read(with_query(shop, query))


def test_many_rows_of_types_that_change_later_are_read_as_all_of_them_say(shop):
    query = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
        "SELECT CASE WHEN i > 55000 THEN i + 0.5 ELSE i END AS value FROM n"
    )
    values = read(with_query(shop, query)).frame["value"]
    assert (values.len(), values[0], values[-1]) == (60_000, 1.0, 60_000.5)


def test_a_table_that_is_not_there_is_named_with_the_nearest(shop):
    with pytest.raises(NotFound, match="no table 'orders'") as caught:
        read(f"{shop}?table=orders")
    assert "'or ders'" in caught.value.fix


@pytest.mark.parametrize(
    ("location", "error", "told"),
    [
        ("sqlite:///nowhere.db?table=a", NotFound, "no database file"),
        ("sqlite:///nowhere.db", UsageError, "must name a table or a query"),
        ("sqlite:///nowhere.db?table=a&query=b", UsageError, "and not both"),
        ("sqlite:///nowhere.db?table=a&table=b", UsageError, "twice"),
    ],
)
def test_an_address_that_leads_nowhere_is_named(location, error, told):
    with pytest.raises(error, match=told):
        read(location)


def test_an_answer_without_rows_is_refused(shop):
    with pytest.raises(NoRows):
        read(f"{shop}?table=emptied")


def test_what_the_database_refuses_is_told_in_its_words(shop):
    with pytest.raises(DataError, match="no such column: wrong"):
        read(with_query(shop, "SELECT wrong FROM emptied"))


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "wrong.db"
    path.write_text("a,b\n" * 500, encoding="utf-8")
    with pytest.raises(DataError, match="not a database"):
        read(f"sqlite:///{path}?table=a")


def test_an_address_that_nothing_reads_is_refused():
    with pytest.raises(UsageError, match="'https://'"):
        raw_table_of("https://example.org/a.csv", Catalog(), options=ReadOptions())


def test_equal_answers_have_equal_hashes_wherever_the_database_lies(shop):
    options = ReadOptions()
    table = raw_table_of(f"{shop}?table=or ders", Catalog(), options=options)
    query = raw_table_of(with_query(shop, 'SELECT * FROM "or ders"'), Catalog(), options=options)
    assert len(table.facts.sha256) == 64
    assert table.facts.sha256 == query.facts.sha256


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("postgresql://ann:pw@h/d?table=t", "postgresql://ann:***@h/d?table=t"),
        ("postgresql://ann:p@w/?x@h/d?table=t", "postgresql://ann:***@h/d?table=t"),
        ("postgresql://h/d?user=ann&password=pw&table=t", None),
        ("sqlite:///shop.db?table=t", "sqlite:///shop.db?table=t"),
        ("a:b@c.csv", "a:b@c.csv"),
    ],
)
def test_a_password_is_never_stated(location, shown):
    told = stated(location)
    assert "pw" not in told
    assert "p@w" not in told
    assert shown in {None, told}


@pytest.mark.parametrize(
    "location", ["postgresql+nodriver://ann:hush@h/d?table=t", "mysql://ann:hush@h/d?table=t"]
)
def test_a_driver_that_is_missing_is_named_without_the_password(location):
    with pytest.raises(InvalidValue) as caught:
        read(location)
    assert "hush" not in str(caught.value)


def test_only_addresses_have_schemes(tmp_path):
    assert scheme_of("sqlite:///a.db") == "sqlite"
    assert scheme_of("C:/data/a.csv") is None
    assert scheme_of(tmp_path) is None
