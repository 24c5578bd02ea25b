"""A file that was read once is not parsed again, and everything is as if it were."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from modelyard.bootstrap import open_project
from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import NotFound
from modelyard.domain.tables import RawTable, Table
from modelyard.kit.hashing import sha256_of_file
from modelyard.services.reading import TableReader
from modelyard.settings import Settings
from modelyard.store.prepared import PreparedTables

ROWS = "id,city,price\n" + "".join(f"{at},town {at % 7},{at / 4}\n" for at in range(200))


@dataclass(frozen=True)
class Listing(PreparedTables):
    """Tables that list which were found."""

    found: list[str] = field(default_factory=list)

    def find(self, key: str) -> RawTable | Table | None:
        table = super().find(key)
        if table is not None:
            self.found.append(type(table).__name__)
        return table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "sales.csv").write_text(ROWS)
    return tmp_path / "sales.csv"


@pytest.fixture
def reader(tmp_path: Path) -> TableReader:
    return TableReader(Catalog(), Listing(tmp_path / "kept", 10_000_000), least_bytes=1)


def fresh(path: Path, options: ReadOptions) -> tuple[RawTable, Table]:
    reader = TableReader(Catalog(), PreparedTables(path.parent / "none", 0))
    raw = reader.read(path, options)
    return raw, reader.type_table(raw, options)


def is_same(one: RawTable | Table, other: RawTable | Table) -> bool:
    return replace(one, frame=other.frame) == other and one.frame.equals(other.frame)


def test_a_second_reading_parses_nothing_and_is_the_same(reader, path):
    options = ReadOptions()
    reader.type_table(reader.read(path, options), options)

    raw = reader.read(path, options)
    table = reader.type_table(raw, options)

    assert reader.kept.found == ["RawTable", "Table"]
    as_parsed = fresh(path, options)
    assert is_same(raw, as_parsed[0])
    assert is_same(table, as_parsed[1])


def test_a_profile_finds_what_a_training_has_typed(reader, path):
    options = ReadOptions()
    reader.type_table(reader.read(path, options), options)

    table = reader.read_typed(path, options)

    assert reader.kept.found == ["Table"]
    assert is_same(table, fresh(path, options)[1])


def test_a_second_profile_finds_the_first(reader, path):
    reader.read_typed(path, ReadOptions())
    reader.read_typed(path, ReadOptions())

    assert reader.kept.found == ["Table"]


def test_the_same_content_elsewhere_is_found_under_its_own_name(reader, path):
    reader.read(path, ReadOptions())
    copy = path.rename(path.with_name("moved.csv"))

    raw = reader.read(copy, ReadOptions())

    assert reader.kept.found == ["RawTable"]
    assert raw.facts.location == str(copy)


def test_a_file_that_has_changed_is_parsed(reader, path):
    reader.read(path, ReadOptions())
    path.write_text(ROWS.replace("town 3", "town 9"))

    raw = reader.read(path, ReadOptions())

    assert reader.kept.found == []
    assert "town 9" in raw.column("city").to_list()


@pytest.mark.parametrize(
    "options",
    [
        ReadOptions(kinds={"price": ColumnKind.CATEGORY}),
        ReadOptions(missing_tokens=("town 3",)),
        ReadOptions(missing_in={"city": ("town 3",)}),
        ReadOptions(encoding="latin-1"),
    ],
)
def test_other_options_are_not_answered_with_what_was_kept(reader, path, options):
    reader.type_table(reader.read(path, ReadOptions()), ReadOptions())

    raw = reader.read(path, options)
    table = reader.type_table(raw, options)

    assert reader.kept.found == []
    assert is_same(table, fresh(path, options)[1])


def test_rows_that_were_taken_from_a_file_are_typed_for_themselves(reader, path):
    raw = reader.read(path, ReadOptions())
    reader.type_table(raw, ReadOptions())

    table = reader.type_table(replace(raw, frame=raw.frame.head(3)), ReadOptions())

    assert table.n_rows == 3


def test_a_small_file_is_not_kept(tmp_path, path):
    reader = TableReader(Catalog(), PreparedTables(tmp_path / "kept", 10_000_000))

    reader.type_table(reader.read(path, ReadOptions()), ReadOptions())

    assert not (tmp_path / "kept").exists()


def test_objects_in_memory_are_not_kept(tmp_path, reader):
    reader.read_typed({"a": [1, 2], "b": ["x", "y"]}, ReadOptions())

    assert not (tmp_path / "kept").exists()


def test_a_file_that_is_not_there_is_named(reader, path):
    with pytest.raises(NotFound, match=r"gone\.csv"):
        reader.read(path.with_name("gone.csv"), ReadOptions())


def test_a_project_without_a_cache_keeps_nothing(tmp_path):
    settings = Settings(tmp_path, f"sqlite:///{tmp_path}/m.db", tmp_path / "keys", threads=1)

    assert open_project(settings).tables.kept.limit_bytes > 0
    assert open_project(settings, keeps_tables=False).tables.kept.limit_bytes == 0


def test_rows_of_a_large_file_are_drawn_once_and_kept_in_their_order(reader, path):
    options, sha256 = ReadOptions(), sha256_of_file(path)
    drawing = replace(reader, drawn_cells=0, least_drawn=20)
    assert drawing.drawn(path, options, sha256=sha256) is None
    drawing.read_typed(path, options)

    drawn = drawing.drawn(path, options, sha256=sha256)

    ids = [int(cell) for cell in drawn.column("id")]
    assert len(set(ids)) == 20
    assert ids == sorted(ids)
    whole = drawing.read(path, options).frame.rows()
    assert all(row in whole for row in drawn.frame.rows())


def test_of_a_table_of_hardly_more_rows_none_are_drawn(reader, path):
    drawing = replace(reader, drawn_cells=0, least_drawn=51)
    drawing.read_typed(path, ReadOptions())
    assert drawing.drawn(path, ReadOptions(), sha256=sha256_of_file(path)) is None
