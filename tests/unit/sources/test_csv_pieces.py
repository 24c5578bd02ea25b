"""A large text file read in pieces: the same cells, the same words, the same refusals."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.components.sources._delimited.joining import joined
from modelyard.components.sources._delimited.pieces import PIECE_BYTES, NotPlainError, PieceReader
from modelyard.components.sources.csv import COMPONENT
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError, MalformedRow
from modelyard.domain.tables import RawTable
from modelyard.kit.hashing import sha256_of
from modelyard.protocols.sources import NotInPiecesError

CELLS = st.sampled_from(
    ["", "a", "00123", " x", "1,5", '"q, q"', '"two\nlines"', '""""', "ä", "NA"]
)
LINES = st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=40)


def in_pieces(path, piece_bytes=20, **options):
    reader = PieceReader(path, ReadOptions(**options), piece_bytes=piece_bytes)
    dialect, records = joined(reader.pieces())
    return reader, dialect, records


@settings(max_examples=200)
@given(lines=LINES, end=st.sampled_from(["\n", "\r\n"]), extra=st.sampled_from(["", ";", "\n\n"]))
def test_pieces_come_to_what_the_whole_file_comes_to(tmp_path_factory, lines, end, extra):
    text = "".join(";".join(line) + extra + end for line in [["one", "two"], *lines])
    path = tmp_path_factory.mktemp("pieces") / "table.csv"
    path.write_bytes(text.encode())
    options = {"delimiter": ";", "decimal": "."}
    try:
        whole = COMPONENT.read(path, ReadOptions(**options))
    except DataError:
        whole = None
    try:
        reader, _, records = in_pieces(path, **options)
    except (NotPlainError, DataError):
        # What pieces leave open is read at once: only what they accept must be the same.
        return
    if whole is None:
        assert not records.frame.height
        return
    frame = records.frame.select(pl.all().cast(pl.String))
    assert frame.rows() == whole.frame.rows()
    assert reader.sha256 == whole.facts.sha256 == sha256_of(text.encode())
    assert reader.size_bytes == whole.facts.size_bytes
    assert (records.has_quotes, records.n_blank > 0) == (
        whole.facts.quote is not None,
        any("blank" in note for note in whole.facts.notes),
    )


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("word,number\n" + "".join(f"w{n % 3},{n}\n" for n in range(1000)), "utf-8")
    return path


def test_words_that_repeat_are_held_once_and_come_back_as_they_are(table):
    records = in_pieces(table, piece_bytes=2000)[2]
    raw = RawTable(records.frame, COMPONENT.read(table, ReadOptions()).facts, frozenset({"0"}))
    assert raw.frame.dtypes == [pl.Categorical, pl.String]
    assert raw.is_text("0")
    assert raw.column("0").to_list() == [f"w{n % 3}" for n in range(1000)]


def test_a_row_of_a_later_piece_is_named_by_its_place_in_the_file(table):
    with table.open("a", encoding="utf-8") as file:
        file.write("only one\n")
    with pytest.raises(MalformedRow, match="Row 1001 has 1 field") as caught:
        in_pieces(table, piece_bytes=2000)
    assert caught.value.row == 1001


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfa,b\n1,2\n",
        b"sep=;\na;b\n1;2\n",
        b"a,b\n1,\xe9\n",
        b"a,b\n1,\x00\n",
        b'a,b\n1,5" pipe\n',
        b"a,\n1,2\n",
        b"",
    ],
)
def test_what_pieces_cannot_show_is_left_to_the_whole_file(tmp_path, content):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(NotInPiecesError):
        list(COMPONENT.stream(path, ReadOptions()))


def test_a_file_without_line_feeds_is_not_cut(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,b\r1,2\r3,4\r" * 20)
    with pytest.raises(NotPlainError):
        in_pieces(path)


def test_a_stream_yields_the_rows_of_the_file_in_their_order(table):
    pieces = list(COMPONENT.stream(table, ReadOptions()))
    whole = COMPONENT.read(table, ReadOptions())
    assert pl.concat([piece.frame for piece in pieces]).equals(whole.frame)
    assert pieces[0].facts.delimiter == whole.facts.delimiter


RAGGED = "a;b\n" + "1;2\n" * 7 + "3\n" + "1;2\n" * 6 + "3;4;5\n" + "1;2\n" * 4


@pytest.mark.parametrize("quote", ["", 'x"y'])
def test_rows_of_another_width_are_set_aside_where_that_is_asked_for(tmp_path, quote):
    path = tmp_path / "ragged.csv"
    path.write_text(RAGGED + f"9;{quote}\n")
    raw = COMPONENT.read(path, ReadOptions(sets_aside=True))
    assert raw.frame.height == 20
    assert list(raw.set_aside) == [7, 14]
    assert [error.row for error in raw.set_aside.values()] == [8, 15]
    with pytest.raises(MalformedRow, match="Row 8 has 1 field"):
        COMPONENT.read(path, ReadOptions())


def test_rows_are_set_aside_in_pieces_as_in_the_whole_file(tmp_path):
    path = tmp_path / "ragged.csv"
    path.write_text(RAGGED)
    whole = COMPONENT.read(path, ReadOptions(sets_aside=True))
    _, _, records = in_pieces(path, 24, sets_aside=True)
    assert {at: error.message for at, error in records.set_aside.items()} == {
        at: error.message for at, error in whole.set_aside.items()
    }


def test_a_file_of_which_half_is_ragged_is_refused_as_a_whole(tmp_path):
    path = tmp_path / "ragged.csv"
    path.write_text("a;b\n1;2\n1\n1\n1;2\n")
    with pytest.raises(MalformedRow, match="Row 2"):
        COMPONENT.read(path, ReadOptions(sets_aside=True))
    with pytest.raises(NotPlainError):
        in_pieces(path, sets_aside=True)


def test_blank_lines_of_all_pieces_are_told_once(tmp_path):
    path = tmp_path / "long.csv"
    rows = f"{'x' * 10_000},1\n\n" * (PIECE_BYTES // 10_000)
    path.write_text("a,b\n\n" + rows * 2 + "\n" * 3, "utf-8")
    pieces = list(COMPONENT.stream(path, ReadOptions()))
    assert len(pieces) > 1
    n_blank = COMPONENT.read(path, ReadOptions()).facts.n_blank
    assert sum(each.facts.n_blank for each in pieces) == n_blank == rows.count("\n") + 4


def test_a_piece_of_blank_lines_behind_the_last_row_asks_for_the_whole_file(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("a,b\n" + "1,2\n" * (PIECE_BYTES // 4) + "\n" * PIECE_BYTES, "utf-8")
    with pytest.raises(NotInPiecesError):
        list(COMPONENT.stream(path, ReadOptions()))
