"""A text file whose first line is a row: no row is lost, and the columns are numbered."""

import pytest

from modelyard.components.sources._delimited.dialects import SAMPLE_BYTES
from modelyard.components.sources._delimited.joining import joined
from modelyard.components.sources._delimited.pieces import NotPlainError, PieceReader
from modelyard.components.sources.csv import COMPONENT
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import AmbiguousHeader, DataError, MalformedRow, NoRows

BARE = ReadOptions(header=False)


@pytest.fixture
def read(tmp_path):
    def read_content(content, options=BARE):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return COMPONENT.read(path, options)

    return read_content


def cells(raw):
    return raw.frame.to_dict(as_series=False)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_the_first_line_is_a_row(read, end):
    raw = read(end.join(["1,5;a;x", "2,5;b;y", ""]))
    assert cells(raw) == {
        "column_1": ["1,5", "2,5"],
        "column_2": ["a", "b"],
        "column_3": ["x", "y"],
    }
    assert (raw.facts.delimiter, raw.facts.decimal) == (";", ",")
    assert any("column_1" in note for note in raw.facts.notes)


def test_the_only_line_is_a_row_and_tells_the_decimal_mark(read):
    raw = read("1,5;2\n", ReadOptions(header=False, delimiter=";"))
    assert cells(raw) == {"column_1": ["1,5"], "column_2": ["2"]}
    assert raw.facts.decimal == ","


@pytest.mark.parametrize("header", [None, True])
def test_a_first_line_names_the_columns_where_nobody_says_otherwise(read, header):
    assert cells(read("a,b\n1,2\n", ReadOptions(header=header))) == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize(
    ("content", "error"),
    [("4,,b\n1,2,3\n", AmbiguousHeader), ("a,b\n1,2\na,b\n", MalformedRow)],
    ids=["no-name", "repeated"],
)
def test_whoever_is_refused_for_a_header_learns_how_to_say_that_there_is_none(read, content, error):
    with pytest.raises(error) as raised:
        read(content, ReadOptions())
    assert "--no-header" in raised.value.fix


@pytest.mark.parametrize("content", [",a,b\n0,1,2\n", ",0,1\n0,1,2\n"], ids=["words", "numbers"])
def test_an_index_beside_the_table_is_taken_for_one(read, content):
    with pytest.raises(AmbiguousHeader, match="no name at position 1 of 3") as raised:
        read(content, ReadOptions())
    assert "index=False" in raised.value.fix
    assert "--no-header" not in raised.value.fix


@pytest.mark.parametrize("content", ["a,,b\n1,2,3\n", ",,a\n1,2,3\n"], ids=["in the middle", "two"])
def test_an_empty_name_among_words_is_to_be_given(read, content):
    with pytest.raises(AmbiguousHeader) as raised:
        read(content, ReadOptions())
    assert raised.value.fix == "Give each column a name."


@pytest.mark.parametrize("first", ["1.5,", "2024-01-31,", ",2.5"])
def test_a_first_line_of_values_may_be_a_row(read, first):
    with pytest.raises(AmbiguousHeader) as raised:
        read(f"{first},b\n1,2,3\n", ReadOptions())
    assert "--no-header" in raised.value.fix


def test_cells_of_the_first_line_may_be_empty_alike_and_quoted(read):
    assert cells(read('x,x,"a,b",\nc,d,e,f\n')) == {
        "column_1": ["x", "c"],
        "column_2": ["x", "d"],
        "column_3": ["a,b", "e"],
        "column_4": ["", "f"],
    }


def test_blank_lines_and_a_byte_order_mark_stand_above_the_first_row(read):
    assert cells(read("\ufeff\n\na;b\nc;d\n")) == {"column_1": ["a", "c"], "column_2": ["b", "d"]}


def test_rows_of_another_width_are_told_by_their_number_in_the_file(read):
    with pytest.raises(MalformedRow) as raised:
        read("1,2\n3,4\n5,6,7\n8,9\n")
    assert raised.value.row == 3


@pytest.mark.parametrize("content", ["", "\n\n"], ids=["empty", "blank"])
def test_a_file_without_a_row_is_refused(read, content):
    with pytest.raises(NoRows):
        read(content)


def test_a_delimiter_that_the_names_hold_cuts_none_of_them(read):
    raw = read("1_2\n3_4\n", ReadOptions(header=False, delimiter="_"))
    assert cells(raw) == {"column_1": ["1", "3"], "column_2": ["2", "4"]}


def test_a_first_line_that_is_longer_than_the_sample_is_counted_to_its_end(tmp_path, read):
    line = ",".join(["x" * (SAMPLE_BYTES // 2)] * 4)
    content = f"{line}\n{line}\n"
    assert read(content).frame.shape == (2, 4)
    path = tmp_path / "long.csv"
    path.write_text(content)
    with pytest.raises(NotPlainError):
        next(PieceReader(path, BARE).pieces())


def test_a_quote_that_is_never_closed_is_refused_in_a_long_file(read):
    with pytest.raises(DataError):
        read('"' + "x,y\n" * SAMPLE_BYTES)


def test_pieces_come_to_what_the_whole_file_comes_to(tmp_path, read):
    content = "".join(f"{at},word {at}\n" for at in range(40))
    path = tmp_path / "pieces.csv"
    path.write_text(content)
    reader = PieceReader(path, BARE, piece_bytes=50)
    _, records = joined(reader.pieces())
    whole = read(content)
    assert records.names == tuple(whole.frame.columns)
    assert records.frame.rows() == whole.frame.rows()
    assert reader.sha256 == whole.facts.sha256


def test_a_stream_loses_no_row(tmp_path):
    path = tmp_path / "stream.csv"
    path.write_text("1,a\n2,b\n")
    rows = [row for piece in COMPONENT.stream(path, BARE) for row in piece.frame.rows()]
    assert rows == [("1", "a"), ("2", "b")]
