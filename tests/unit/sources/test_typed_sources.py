"""The sources of typed files: Parquet, Arrow and JSON lines, right or named."""

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.components.sources import arrow_ipc, ndjson, parquet
from modelyard.components.sources._parquet.footers import (
    Footer,
    read_footer,
    require_decodable,
)
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import (
    AmbiguousHeader,
    DataError,
    MalformedRow,
    NoRows,
    NotATable,
    NotFound,
    UsageError,
)

FRAME = pl.DataFrame(
    {
        "whole": [9007199254740993, None],
        "word": ["00123", "ä"],
        "day": [date(2024, 2, 29), None],
        "at": [datetime(2024, 1, 1, 12, tzinfo=UTC), None],
        "sum": [Decimal("1.50"), None],
        "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
        "flag": [True, None],
    }
)
WRITERS = {
    "table.parquet": (parquet, pl.DataFrame.write_parquet),
    "table.arrow": (arrow_ipc, pl.DataFrame.write_ipc),
    "stream.arrow": (arrow_ipc, pl.DataFrame.write_ipc_stream),
}


def written(folder, name, frame):
    source, write = WRITERS[name]
    write(frame, folder / name)
    return source.COMPONENT, folder / name


@pytest.mark.parametrize("name", WRITERS)
def test_columns_keep_their_types_and_their_cells(tmp_path, name):
    source, path = written(tmp_path, name, FRAME)
    raw = source.read(path, ReadOptions())
    assert raw.frame.equals(FRAME)
    assert raw.frame.schema == FRAME.schema
    assert raw.facts.source == source.card.key
    assert len(raw.facts.sha256) == 64
    assert raw.facts.size_bytes == path.stat().st_size


@pytest.mark.parametrize("name", WRITERS)
def test_a_column_of_lists_is_refused_by_name(tmp_path, name):
    source, path = written(tmp_path, name, pl.DataFrame({"a": [1], "deep": [[1, 2]]}))
    with pytest.raises(DataError, match="Column 'deep'") as caught:
        source.read(path, ReadOptions())
    assert caught.value.column == "deep"


@pytest.mark.parametrize("name", WRITERS)
def test_a_column_of_lists_is_read_where_it_is_asked_for_as_sequences(tmp_path, name):
    source, path = written(tmp_path, name, pl.DataFrame({"a": [1, 2], "v": [[1, 2], None]}))
    raw = source.read(path, ReadOptions(kinds={"v": ColumnKind.SEQUENCE}))
    assert raw.frame["v"].to_list() == [[1, 2], None]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("cells", [[[[1], [2]]], [{"b": 1}]])
def test_what_is_deeper_than_a_list_is_no_sequence(tmp_path, name, cells):
    source, path = written(tmp_path, name, pl.DataFrame({"v": cells}))
    with pytest.raises(DataError, match="Column 'v'"):
        source.read(path, ReadOptions(kinds={"v": ColumnKind.SEQUENCE}))


def test_long_lists_of_equal_numbers_are_refused_before_they_fill_the_memory(tmp_path):
    path = tmp_path / "bomb.parquet"
    pl.DataFrame({"v": [[1] * 1_000_000] * 3}).write_parquet(path)
    footer = read_footer(path)
    assert footer.memory_bytes >= 3_000_000 * 8
    with pytest.raises(DataError, match="GB of memory"):
        require_decodable(footer, path.name, limit_bytes=10_000_000, lists={"v"})


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_without_rows_is_refused(tmp_path, name):
    source, path = written(tmp_path, name, FRAME.clear())
    with pytest.raises(NoRows):
        source.read(path, ReadOptions())


@pytest.mark.parametrize("name", WRITERS)
def test_names_that_differ_in_case_alone_are_refused(tmp_path, name):
    source, path = written(tmp_path, name, pl.DataFrame({"a": [1], "A": [2]}))
    with pytest.raises(AmbiguousHeader):
        source.read(path, ReadOptions())


@pytest.mark.parametrize("name", WRITERS)
def test_a_damaged_file_is_named_not_decoded(tmp_path, name):
    source, path = written(tmp_path, name, FRAME)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(NotATable, match=path.name):
        source.read(path, ReadOptions())


@pytest.mark.parametrize("source", [parquet, arrow_ipc, ndjson])
def test_what_is_no_file_is_said_to_be_none(tmp_path, source):
    with pytest.raises(NotFound):
        source.COMPONENT.read(tmp_path / "nothing", ReadOptions())
    with pytest.raises(UsageError, match="is a folder"):
        source.COMPONENT.read(tmp_path, ReadOptions())


@given(noise=st.binary(max_size=200))
def test_any_footer_is_read_or_named(tmp_path_factory, noise):
    path = tmp_path_factory.mktemp("noise") / "noise.parquet"
    path.write_bytes(b"PAR1" + noise + len(noise).to_bytes(4, "little") + b"PAR1")
    try:
        assert read_footer(path).n_columns >= 0
    except NotATable as error:
        assert "noise.parquet" in error.message  # noqa: PT017 -- most noise is refused, not all


def test_a_footer_counts_rows_columns_and_bytes_as_they_are(tmp_path):
    path = tmp_path / "table.parquet"
    pl.DataFrame({"a": range(1000), "b": ["x"] * 1000}).write_parquet(path, row_group_size=300)
    footer = read_footer(path)
    assert (footer.n_rows, footer.n_columns, footer.nested) == (1000, 2, ())
    assert footer.memory_bytes == 1000 * 2 * 8


def test_a_small_file_of_many_equal_cells_is_refused_before_it_fills_the_memory(tmp_path):
    path = tmp_path / "bomb.parquet"
    pl.DataFrame({"a": pl.repeat(1, 3_000_000, eager=True)}).write_parquet(path)
    assert path.stat().st_size < 100_000
    with pytest.raises(DataError, match="3,000,000 rows of 1 columns"):
        require_decodable(read_footer(path), path.name, limit_bytes=10_000_000)


def test_pages_that_declare_more_bytes_than_memory_has_are_refused():
    footer = Footer(nested=(), extensions=(), n_rows=1, n_columns=1, size_bytes=10**15)
    with pytest.raises(DataError, match="GB"):
        require_decodable(footer, "bomb.parquet", limit_bytes=10**12)


@pytest.mark.extras
def test_an_extension_type_is_refused_by_name(tmp_path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")

    class Money(pa.ExtensionType):
        def __init__(self):
            super().__init__(pa.int64(), "acme.money")

        def __arrow_ext_serialize__(self):
            return b""

        @classmethod
        def __arrow_ext_deserialize__(cls, _storage, _serialized):
            return cls()

    path = tmp_path / "table.parquet"
    column = pa.ExtensionArray.from_storage(Money(), pa.array([1, 2]))
    pq.write_table(pa.table({"cost": column}), path)
    with pytest.raises(DataError, match=r"extension type 'acme\.money'"):
        parquet.COMPONENT.read(path, ReadOptions())


def lines(folder, text):
    path = folder / "table.jsonl"
    path.write_text(text, encoding="utf-8")
    return ndjson.COMPONENT.read(path, ReadOptions())


def test_json_numbers_are_exact_and_absent_members_missing(tmp_path):
    raw = lines(tmp_path, '{"a": 9007199254740993}\n\n{"b": "x"}\n{"a": null, "b": "00123"}\n')
    assert raw.frame.to_dict(as_series=False) == {
        "a": [9007199254740993, None, None],
        "b": [None, "x", "00123"],
    }


@pytest.mark.parametrize(
    ("text", "row", "why"),
    [
        ('{"a": 1}\n{"a": 2\n', 2, "delimiter"),
        ("[1, 2]\n", 1, "it is a list, not an object"),
        ('{"a": 1}\n\n{"a": 1, "a": 2}\n', 2, "it names 'a' twice"),
    ],
)
def test_a_line_that_is_no_row_is_named(tmp_path, text, row, why):
    with pytest.raises(MalformedRow, match=why) as caught:
        lines(tmp_path, text)
    assert caught.value.row == row


@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from(["a", "b", "c"]),
            st.none() | st.text() | st.integers(-(2**63), 2**63 - 1),
        ),
        min_size=1,
    ).filter(any)
)
def test_json_lines_come_back_as_they_were_written(tmp_path_factory, rows):
    text = "".join(json.dumps(row) + "\n" for row in rows)
    frame = lines(tmp_path_factory.mktemp("lines"), text).frame
    for name in frame.columns:
        assert frame[name].to_list() == [row.get(name) for row in rows]


def test_a_compressed_csv_file_reads_as_the_plain_one(tmp_path):
    from modelyard.components.sources.csv import COMPONENT

    plain, packed = tmp_path / "table.csv", tmp_path / "table.csv.gz"
    plain.write_bytes(b"a,b\n1,x\n2,y\n")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert COMPONENT.read(packed, ReadOptions()).frame.equals(
        COMPONENT.read(plain, ReadOptions()).frame
    )


def test_a_compressed_file_that_breaks_off_is_named(tmp_path):
    from modelyard.components.sources.csv import COMPONENT

    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,x\n" * 1000)[:-20])
    with pytest.raises(NotATable, match=r"table\.csv\.gz"):
        COMPONENT.read(path, ReadOptions())
