"""What was read once is found again as it was, or not at all."""

import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.tables import RawTable, SourceFacts, Table
from modelyard.store.prepared import PreparedTables

FACTS = SourceFacts("csv", "a.csv", sha256="0" * 64, size_bytes=9, notes=("One note.", "Two."))
KEY, OTHER, THIRD = "a" * 64, "b" * 64, "c" * 64
ROOM = 10_000_000


def raw_of(words: list[str | None]) -> RawTable:
    frame = pl.DataFrame({"ä": words, "code": words}, schema_overrides={"code": pl.Categorical})
    return RawTable(frame, FACTS, frozenset({"code"}))


def wide(n_rows: int) -> RawTable:
    return RawTable(pl.DataFrame({"n": [f"{at * 7919 % n_rows}" for at in range(n_rows)]}), FACTS)


def is_same(one: RawTable | Table | None, other: RawTable | Table) -> bool:
    return (
        one is not None
        and one.frame.schema == other.frame.schema
        and one.frame.equals(other.frame)
        and one.facts == other.facts
    )


@given(st.lists(st.none() | st.text(st.characters(codec="utf-8")), min_size=1))
def test_a_raw_table_is_found_as_it_was_kept(tmp_path_factory, words):
    tables = PreparedTables(tmp_path_factory.mktemp("kept"), ROOM)
    raw = raw_of(words)

    tables.keep(KEY, raw)
    found = tables.find(KEY)

    assert isinstance(found, RawTable)
    assert is_same(found, raw)
    assert found.coded == raw.coded


def test_a_typed_table_is_found_with_its_columns(tmp_path):
    tables = PreparedTables(tmp_path / "kept", ROOM)
    columns = (
        Column("paid", ColumnKind.BOOLEAN, true_words=("yes",), false_words=("no",), reason="Two."),
        Column("on", ColumnKind.DATETIME, datetime_format="%d.%m.%Y", missing_words=("-",)),
    )
    frame = pl.DataFrame({"paid": [True, None], "on": [None, 1]}, strict=False)
    table = Table(frame.with_columns(pl.col("on").cast(pl.Datetime("us"))), columns, FACTS)

    tables.keep(KEY, table)
    found = tables.find(KEY)

    assert isinstance(found, Table)
    assert is_same(found, table)
    assert found.columns == columns


def test_nothing_is_found_under_another_key(tmp_path):
    tables = PreparedTables(tmp_path, ROOM)
    tables.keep(KEY, raw_of(["x"]))

    assert tables.find(OTHER) is None


@pytest.mark.parametrize("name", ["table.arrow", "facts.json"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "gone"])
def test_a_damaged_entry_is_thrown_away_without_a_word(tmp_path, name, damage):
    tables = PreparedTables(tmp_path, ROOM)
    tables.keep(KEY, raw_of(["x", None]))
    path = tmp_path / KEY / name
    content = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    else:
        content[len(content) // 2] ^= 1
        path.write_bytes(content if damage == "flipped" else content[:-1])

    assert tables.find(KEY) is None
    assert not (tmp_path / KEY).exists()


def test_an_entry_that_was_thrown_away_is_kept_again(tmp_path):
    tables = PreparedTables(tmp_path, ROOM)
    raw = raw_of(["x"])
    tables.keep(KEY, raw)
    (tmp_path / KEY / "table.arrow").write_bytes(b"")
    tables.find(KEY)

    tables.keep(KEY, raw)

    assert is_same(tables.find(KEY), raw)


def test_what_another_process_has_kept_meanwhile_stays(tmp_path):
    tables = PreparedTables(tmp_path, ROOM)
    first, second = raw_of(["first"]), raw_of(["second"])
    tables.keep(KEY, first)

    tables.keep(KEY, second)

    assert is_same(tables.find(KEY), first)
    assert [path.name for path in tmp_path.iterdir()] == [KEY]


def test_the_table_that_was_not_used_for_longest_makes_room(tmp_path):
    room = 3 * size_of_one_entry(tmp_path / "measured")
    tables = PreparedTables(tmp_path / "kept", room)
    for age, key in ((300, KEY), (200, OTHER), (100, THIRD)):
        tables.keep(key, wide(5000))
        set_age(tmp_path / "kept" / key, age)
    tables.find(KEY)

    tables.keep("d" * 64, wide(5000))

    assert tables.find(OTHER) is None
    assert all(is_same(tables.find(key), wide(5000)) for key in (KEY, THIRD, "d" * 64))


def test_a_foreign_file_beside_the_tables_keeps_none_of_them(tmp_path):
    tables = PreparedTables(tmp_path / "kept", size_of_one_entry(tmp_path / "measured"))
    tables.keep(KEY, wide(5000))
    (tmp_path / "kept" / ".DS_Store").write_bytes(b"")
    set_age(tmp_path / "kept" / KEY, 100)

    tables.keep(OTHER, wide(5000))

    assert tables.find(KEY) is None
    assert is_same(tables.find(OTHER), wide(5000))


def test_a_table_larger_than_all_the_room_is_not_kept(tmp_path):
    tables = PreparedTables(tmp_path, 1000)

    tables.keep(KEY, wide(5000))

    assert tables.find(KEY) is None


def test_without_room_nothing_is_written(tmp_path):
    tables = PreparedTables(tmp_path / "kept", 0)

    tables.keep(KEY, raw_of(["x"]))

    assert not (tmp_path / "kept").exists()


def test_what_an_ended_process_left_half_written_is_cleared(tmp_path):
    (tmp_path / ".unfinished-old").mkdir()
    (tmp_path / ".unfinished-new").mkdir()
    set_age(tmp_path / ".unfinished-old", 7200)

    PreparedTables(tmp_path, ROOM).keep(KEY, raw_of(["x"]))

    assert sorted(path.name for path in tmp_path.iterdir()) == [".unfinished-new", KEY]


def test_a_disk_that_cannot_be_written_hinders_nobody(tmp_path):
    (tmp_path / "file").write_text("no folder")

    PreparedTables(tmp_path / "file" / "kept", ROOM).keep(KEY, raw_of(["x"]))

    assert (tmp_path / "file").read_text() == "no folder"


def test_copies_of_data_are_for_their_owner_alone(tmp_path):
    PreparedTables(tmp_path / "kept", ROOM).keep(KEY, raw_of(["x"]))

    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0


def size_of_one_entry(folder: Path) -> int:
    PreparedTables(folder, ROOM).keep(KEY, wide(5000))
    return sum(path.stat().st_size for path in (folder / KEY).iterdir())


def set_age(folder: Path, age_s: float) -> None:
    at = folder.stat().st_mtime - age_s
    os.utime(folder, (at, at))
