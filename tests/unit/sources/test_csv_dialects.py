"""The CSV source: encodings and dialects are found and stated, or refused."""

import gzip
import io
import zipfile

import polars as pl
import pytest

from modelyard.components.sources.csv import COMPONENT
from modelyard.domain.cells import DEFAULT_MISSING_TOKENS
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import InvalidValue, NotATable, UndecidableEncoding


@pytest.fixture
def read(tmp_path):
    def read_content(content, **options):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return COMPONENT.read(path, ReadOptions(**options))

    return read_content


def test_the_facts_say_how_the_file_is_written(read, tmp_path):
    facts = read('a;b\n1,5;"x"\n').facts
    assert facts.source == "csv"
    assert facts.location == str(tmp_path / "table.csv")
    assert facts.size_bytes == 12
    assert len(facts.sha256) == 64
    assert (facts.encoding, facts.delimiter, facts.quote, facts.decimal) == ("utf-8", ";", '"', ",")
    assert facts.missing_tokens == DEFAULT_MISSING_TOKENS
    assert read("a,b\n1,2\n").facts.quote is None


TEXT = "name,town\nJosé,Zürich\nAnne,Besançon\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (b"\xff\xfe\x00\x00" + TEXT.encode("utf-32-le"), "utf-32-le"),
        (TEXT.encode("latin-1"), "latin-1"),
    ],
)
def test_the_encoding_is_found_and_stated(read, content, encoding):
    raw = read(content)
    assert raw.facts.encoding == encoding
    assert raw.frame.rows() == [("José", "Zürich"), ("Anne", "Besançon")]
    assert raw.frame.columns == ["name", "town"]


def test_windows_1252_is_told_from_latin_1_by_its_signs(read):
    raw = read("price,note\n5 €,“dear”\n".encode("cp1252"))
    assert raw.facts.encoding == "cp1252"
    assert raw.frame.rows() == [("5 €", "“dear”")]


def test_one_look_alike_of_utf_8_does_not_hide_latin_1(read):
    text = "note,n\n«CAFÉ»,1\n" + "été à la forêt,2\n" * 10
    assert read(text.encode("latin-1")).facts.encoding == "latin-1"


@pytest.mark.parametrize(
    ("content", "offset"),
    [
        (b"a,b\n\x81\x8d,1\n", 4),
        ("é,b\n".encode() + b"\xe9,1\n", 5),
        ("x,имя\n1,привет\n2,страна\n".encode("cp1251"), 2),
        (b"\xff\xfe" + "a,b\n1,2\n".encode("utf-16-le") + b"\x31", 18),
    ],
)
def test_an_encoding_that_cannot_be_decided_is_refused_with_the_byte(read, content, offset):
    with pytest.raises(UndecidableEncoding, match=f"byte {offset} ") as caught:
        read(content)
    assert caught.value.sample == content[offset : offset + 1].hex()


def test_an_encoding_that_the_user_names_is_used(read):
    raw = read("x,имя\n1,привет\n".encode("cp1251"), encoding="cp1251")
    assert raw.frame.rows() == [("1", "привет")]
    assert raw.facts.encoding == "cp1251"
    assert read(b"\xef\xbb\xbfa\n1\n", encoding="utf-8").frame.columns == ["a"]


def test_a_named_encoding_that_does_not_fit_is_refused_with_the_byte(read):
    with pytest.raises(UndecidableEncoding, match="byte 6 does not fit"):
        read(b"a,b\n1,\xe9\n", encoding="utf-8")


@pytest.mark.parametrize("encoding", ["no-such", "base64", "rot13"])
def test_an_encoding_that_is_not_one_of_text_is_refused(read, encoding):
    with pytest.raises(InvalidValue, match="no text encoding"):
        read(b"a,b\n1,2\n", encoding=encoding)


def zipped():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("table.csv", "a,b\n1,2\n")
    return stream.getvalue()


def parquet():
    stream = io.BytesIO()
    pl.DataFrame({"a": [1, 2]}).write_parquet(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (zipped(), "a ZIP archive or an Excel workbook"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "a gzip archive"),
        (parquet(), "a Parquet file"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"a,b\n1\x00,2\n", "byte 5 is 0x00"),
        (b"a,b\n1\x01,2\n", "byte 5 is 0x01"),
        (b"\x01\x00\x02\x00\x03\x00\x04\x00", "control characters"),
        ("a,b\n1,\0\n".encode("utf-16"), "control characters"),
    ],
)
def test_a_file_that_is_no_text_is_not_csv(read, content, what):
    with pytest.raises(NotATable, match="not CSV") as caught:
        read(content)
    assert what in caught.value.message


def test_zero_characters_are_refused_in_a_named_encoding_as_well(read):
    with pytest.raises(NotATable, match="zero characters"):
        read(b"a,b\n1\x00,2\n", encoding="latin-1")


def test_a_column_may_be_called_like_a_file_format(read):
    assert read("PAR1,b\n1,2\n").frame.columns == ["PAR1", "b"]


@pytest.mark.parametrize(
    ("content", "delimiter", "width"),
    [
        ("a,b\n1,2\n", ",", 2),
        ("a;b\n1,5;2,5\n", ";", 2),
        ("a\tb c\n1\t2,3\n", "\t", 2),
        ("a|b\n1|2\n", "|", 2),
        ("a,b;c\n" + "1,2;3\n" * 20 + "1,x;2;3\n", ",", 2),
        ('a;b\n"x,y;z";1\n', ";", 2),
        ("a\nx y\n", ",", 1),
    ],
)
def test_the_delimiter_is_found(read, content, delimiter, width):
    raw = read(content)
    assert raw.facts.delimiter == delimiter
    assert raw.frame.width == width


def test_one_column_is_read_and_doubted(read):
    raw = read("a\n1\n2\n")
    assert raw.frame.rows() == [("1",), ("2",)]
    assert raw.facts.notes == ("No delimiter was found: the file is read as one column.",)


def test_a_delimiter_that_the_user_names_is_used(read):
    assert read("a:b,c\n1:2,3\n", delimiter=":").frame.columns == ["a", "b,c"]


@pytest.mark.parametrize("options", [{"delimiter": d} for d in (",,", '"', "\n", "¦", "")])
def test_an_impossible_delimiter_is_refused(read, options):
    with pytest.raises(InvalidValue, match="one ASCII character"):
        read("a,b\n1,2\n", **options)


def test_an_impossible_decimal_mark_is_refused(read):
    with pytest.raises(InvalidValue, match="decimal mark"):
        read("a,b\n1,2\n", decimal="'")


def test_spaces_after_each_delimiter_are_left_out_and_noted(read):
    plain, quoted = read("a, b\n1, x\n2, y\n"), read('a, b\n1, "x, z"\n2, y\n')
    assert plain.frame["b"].to_list() == ["x", "y"]
    assert quoted.frame["b"].to_list() == ["x, z", "y"]
    assert plain.facts.notes == ("Spaces after each delimiter were left out.",)


def test_a_space_after_some_delimiters_is_part_of_the_cell(read):
    assert read("a,b\n1, x\n2,y\n").frame["b"].to_list() == [" x", "y"]


@pytest.mark.parametrize(
    ("content", "decimal"),
    [
        ("a;b\n1,5;x\n", ","),
        ("a;b\n1.5;x\n", "."),
        ("a;b\n1;x\n", "."),
        ('a,b\n"1,5",x\n', ","),
        ("a;b\n1,5;2.5\n1,5;x\n", ","),
        ("a;b\n1.5;2.5\n1,5;x\n", "."),
        ("a;b\n1,234;x\n", ","),
        ("a\tb\n1,234\tx\n", "."),
        ("a\tb\n0,234\tx\n", ","),
        ("a;b\n1,234,567;x\n", "."),
        ('a,b\n"1,234.5",x\n', "."),
        ("a;b\n1.963,95;x\n", ","),
        ("a;b\n20\u202f858,26;x\n", ","),
        ("a;b\n1'963.95;x\n", "."),
        ("a;b\n12.345;8,50\n", ","),
    ],
)
def test_the_decimal_mark_is_found(read, content, decimal):
    assert read(content).facts.decimal == decimal


@pytest.mark.parametrize(
    "content", ["a;b\n1,5;2.5\n1,5;x\n", "a;b\n1.5;2.5\n1,5;x\n", "a;b\n1,234;x\n"]
)
def test_a_doubtful_decimal_mark_is_noted(read, content):
    assert any("decimal mark" in note for note in read(content).facts.notes)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("a;b\n1.235;x\n1.871;y\n12.100;z\n", "1.235"),
        ("a;b\nx;NA\ny;-3.871\nz;\nz;2.100\nz;117.000\n", "-3.871"),
    ],
)
def test_a_point_that_may_part_thousands_is_noted(read, content, shown):
    facts = read(content).facts
    assert facts.decimal == "."
    assert facts.notes == (f"'{shown}' was read with '.' as the decimal mark, not as thousands.",)


@pytest.mark.parametrize(
    "content",
    [
        "a;b\n1.235;x\n1.871;y\n2.1;z\n",
        "a;b\n1.235;x\n0.871;y\n2.100;z\n",
        "a;b\n1.235;x\n1871;y\n2.100;z\n",
        "a;b\n1.235;x\n1.871;y\n2.100;0.5\n",
        "a;b\n1.235;x\n1.871;y\n",
        "a,b\n1.235,x\n1.871,y\n2.100,z\n",
    ],
    ids=["two digits", "zero in front", "no point", "a plain fraction", "few rows", "commas"],
)
def test_a_point_that_parts_no_thousands_is_not_noted(read, content):
    assert read(content).facts.notes == ()


def test_a_point_that_the_user_names_is_not_noted(read):
    assert read("a;b\n1.235;x\n1.871;y\n2.100;z\n", decimal=".").facts.notes == ()


def test_a_decimal_mark_that_the_user_names_is_used(read):
    facts = read("a;b\n1,234;x\n", decimal=".").facts
    assert facts.decimal == "."
    assert facts.notes == ()


def test_a_file_longer_than_the_sample_is_read_whole(read):
    n_rows = 40_000
    raw = read("a;b\n" + "".join(f"{i};{i},5\n" for i in range(n_rows)))
    assert raw.frame.height == n_rows
    assert raw.frame.row(-1) == ("39999", "39999,5")


def test_one_line_longer_than_the_sample_is_still_a_header(read):
    names = [f"a_long_column_name_{at:06}" for at in range(8_000)]
    assert read(",".join(names) + "\n" + ",".join(["1"] * 8_000)).frame.shape == (1, 8_000)
