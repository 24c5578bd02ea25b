"""The CSV source: rows, quotes and headers, right or named."""

import csv
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.components.sources.csv import COMPONENT
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import (
    AmbiguousHeader,
    DataError,
    MalformedRow,
    NoRows,
    NotFound,
    UsageError,
)


@pytest.fixture
def read(tmp_path):
    def read_content(content, **options):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return COMPONENT.read(path, ReadOptions(**options))

    return read_content


def cells(raw):
    return raw.frame.to_dict(as_series=False)


def test_every_cell_is_kept_as_it_is_written(read):
    raw = read("a,b,c\n00123,1e400,inf\n NaN,NA,9007199254740993\n")
    assert cells(raw) == {
        "a": ["00123", " NaN"],
        "b": ["1e400", "NA"],
        "c": ["inf", "9007199254740993"],
    }
    assert raw.frame.dtypes == [pl.String] * 3


def test_empty_cells_are_empty_strings_quoted_or_not(read):
    assert cells(read('a,b\n,""\n"",x\n')) == {"a": ["", ""], "b": ["", "x"]}


@pytest.mark.parametrize(
    ("content", "row", "told"),
    [
        ("a,b\n1,2\n3\n", 2, "Row 2 has 1 field; expected 2 fields"),
        ("a,b\n1,2\n\n3,4,5\n", 2, "Row 2 has 3 fields; expected 2 fields"),
        ("a,b,c\n1,2,3\n4;5;6\n", 2, "Row 2 has 1 field; expected 3 fields"),
        ("a,b\n1,2,3\n4,5,6\n", 1, "Every row has 3 fields; expected 2 fields"),
        ("a,b\n1,2,\n3,4\n", 1, "Row 1 has 3 fields; expected 2 fields"),
        ('a,b\n1,"x\ny"\n"2"\n', 2, "Row 2 has 1 field; expected 2 fields"),
        ('a,b\n1,5" pipe\n2\n', 2, "Row 2 has 1 field; expected 2 fields"),
        ('a,b\n1,5" pipe,\n2,3,4\n', 1, "Every row has 3 fields; expected 2 fields"),
    ],
)
def test_a_row_of_another_width_is_named_with_both_counts(read, content, row, told):
    with pytest.raises(MalformedRow) as caught:
        read(content)
    assert caught.value.row == row
    assert told in caught.value.message


def test_a_row_with_another_delimiter_is_told_so(read):
    with pytest.raises(MalformedRow, match="Row 2 seems to be cut by a semicolon"):
        read("a,b,c\n1,2,3\n4;5;6\n")


@pytest.mark.parametrize(
    "content",
    [
        'a,b\n0,0\n1,"x\n2,y\n',
        'a,b\n0,0\n1,"x\n2,"y"\n3,"z"\n',
        'a,b\n0,0\n1,"x"y\n',
        'a,b\n0,"0"\n"1,x\n2,y\n',
    ],
)
def test_an_unclosed_quote_is_named_by_the_row_that_opens_it(read, content):
    with pytest.raises(MalformedRow, match="Row 2 opens a quote") as caught:
        read(content)
    assert caught.value.row == 2


def test_an_unclosed_quote_in_the_header_is_named(read):
    with pytest.raises(MalformedRow, match="The header opens a quote"):
        read('a,"b\n1,2\n')


@pytest.mark.parametrize("n_rows", [20_000, 40_000])
def test_an_unclosed_quote_in_a_large_file_is_named(read, n_rows):
    rows = "".join(f"{i},some words\n" for i in range(n_rows))
    with pytest.raises(MalformedRow, match="Row 2 opens a quote"):
        read('a,b\n1,2\n3,"' + rows)


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n3,4\n",
        b"a,b\n1,2\n3,4",
        b"a,b\r1,2\r3,4\r",
        b"a,b\r\n1,2\r\n3,4\r\n",
        b"a,b\r\n1,2\n3,4\r",
        b"\n\na,b\n\n1,2\n  \n3,4\n\t\n\n",
        b"a,b,\n1,2,\n3,4,\n",
        b"a,b\n1,2,\n3,4,\n",
        b"a,b,\n1,2\n3,4\n",
        b"a,b,,\n1,2,,\n3,4,,\n",
        b'a,b\r"1",2\r\n3,"4"\n',
        b"\xef\xbb\xbfa,b\n1,2\n3,4\n",
        b"sep=,\r\na,b\n1,2\n3,4\n",
        b" a , b \n1,2\n3,4\n",
    ],
)
def test_line_ends_blank_lines_and_trailing_delimiters_leave_the_rows_alone(read, content):
    assert cells(read(content)) == {"a": ["1", "3"], "b": ["2", "4"]}


def test_what_was_left_out_is_noted(read):
    notes = read("a,b,\n\n1,2,\n").facts.notes
    assert notes == (
        "1 blank line was skipped.",
        "Delimiters at the end of the lines were left out: no column stands behind them.",
    )
    assert "2 blank lines were skipped." in read("a,b\n\n\n1,2\n").facts.notes


def test_blank_lines_are_skipped_where_quotes_are_irregular_as_well(read):
    raw = read('a,b\n\n1,5" pipe\n   \n2,x\n')
    assert cells(raw) == {"a": ["1", "2"], "b": ['5" pipe', "x"]}
    assert raw.facts.notes == ("2 blank lines were skipped.",)


def test_a_row_of_delimiters_alone_is_a_row(read):
    assert cells(read("a,b\n1,2\n,\n")) == {"a": ["1", ""], "b": ["2", ""]}


def test_line_ends_within_quotes_stay_as_they_are(read):
    assert cells(read('a,b\r\n"x\r\ny\rz\n",1\r\n2,3\r\n'))["a"] == ["x\r\ny\rz\n", "2"]


def test_a_quote_within_a_bare_cell_is_a_character(read):
    assert cells(read('a,b\n1,5" pipe\n2,6"" pipe\n'))["b"] == ['5" pipe', '6"" pipe']


def test_names_of_any_kind_survive(read):
    names = ["😀", "שם", "é", "e\u0301", '"x"', "'; DROP TABLE", "<img onerror>", "=1+1", "a\nb"]
    text = io.StringIO()
    csv.writer(text).writerows([names, names[::-1]])
    raw = read(text.getvalue())
    assert raw.frame.columns == names
    assert list(raw.frame.row(0)) == names[::-1]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_row_that_repeats_the_header_is_refused(read, mark):
    with pytest.raises(MalformedRow, match="Row 2 repeats the header") as caught:
        read(f"a,b\n1,2\n{mark}a,b\n3,4\n")
    assert caught.value.row == 2


def test_a_word_that_is_the_name_of_the_only_column_is_a_word(read):
    assert cells(read("a\nb\na\n")) == {"a": ["b", "a"]}


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_rows(read, content):
    with pytest.raises(NoRows, match="is empty"):
        read(content)


@pytest.mark.parametrize("content", [b"a,b\n", b"a,b", b"a,b\n\n", b"a,b,\n", b'a,5" b\n'])
def test_a_header_alone_has_no_rows(read, content):
    with pytest.raises(NoRows, match="no rows below the header"):
        read(content)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a,b,a\n1,2,3\n", "positions 1, 3"),
        ("a,A\n1,2\n", "positions 1, 2"),
        (",b\n1,2\n", "position 1 of 2"),
        ("a,b,\n1,2,3\n", "position 3 of 3"),
        ("a, a\n1,2\n", "positions 1, 2"),
    ],
)
def test_an_ambiguous_header_is_refused_with_positions(read, content, told):
    with pytest.raises(AmbiguousHeader, match=told):
        read(content)


def test_a_header_of_numbers_is_doubted(read):
    (note,) = read("5.1,3.5\n4.9,3.0\n").facts.notes
    assert note.startswith("Every column name is a number: perhaps the file has no header.")


@pytest.mark.parametrize(
    ("header", "n_notes"), [("1.5,x", 1), ("y,-0,25", 0), ("country,2019,2020", 0), ("a,b", 0)]
)
def test_an_amount_for_a_name_is_doubted_and_a_year_is_not(read, header, n_notes):
    cells = ",".join("1" for _ in header.split(","))
    notes = read(f"{header}\n{cells}\n").facts.notes
    assert len([note for note in notes if "no header" in note]) == n_notes


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotFound, match=r"nowhere\.csv"):
        COMPONENT.read(tmp_path / "nowhere.csv", ReadOptions())


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(UsageError, match="is a folder"):
        COMPONENT.read(tmp_path, ReadOptions())


def test_a_location_that_cannot_be_read_is_named(tmp_path):
    # A file cannot have files within it: the system refuses, whoever asks.
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="cannot be read: Not a directory"):
        COMPONENT.read(tmp_path / "file" / "table.csv", ReadOptions())


def test_many_columns_are_read(read):
    names = [f"c{i}" for i in range(10_000)]
    raw = read(",".join(names) + "\n" + ",".join(["1"] * 10_000) + "\n")
    assert raw.frame.shape == (1, 10_000)


cell = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters='\n",;'),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.integers(2, 4).flatmap(
        lambda k: st.lists(st.lists(cell, min_size=k, max_size=k), min_size=1, max_size=6)
    ),
    # With bare carriage returns the standard library leaves line feeds unquoted.
    form=st.sampled_from(
        [(csv.QUOTE_MINIMAL, "\n"), (csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_ALL, "\r")]
    ),
)
def test_what_the_standard_library_writes_is_read_back(tmp_path_factory, rows, form):
    quoting, line_end = form
    names = [f"column{at}" for at in range(len(rows[0]))]
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator=line_end).writerows([names, *rows])
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    path.write_bytes(text.getvalue().encode())
    raw = COMPONENT.read(path, ReadOptions(encoding="utf-8", delimiter=","))
    found = [list(row) for row in raw.frame.rows()]
    if "Spaces after each delimiter were left out." in raw.facts.notes:
        rows = [[row[0], *(field.lstrip(" ") for field in row[1:])] for row in rows]
    assert found == rows
