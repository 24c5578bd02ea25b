"""Cells that invite a guess are kept as they are written, or read exactly."""

from decimal import Decimal

import polars as pl
import pytest

from modelyard.components.sources.csv import COMPONENT
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.engine.kinds.typing import type_table

TEXTS = {
    "zeros in front": ("01234", "99999"),
    "codes of hexadecimals": ("0x1F", "0x20"),
    "underscores": ("1_000", "2_000"),
    "digits of another script": ("١٢", "١٣"),
    "times of day": ("12:30", "13:45"),
    "minus behind": ("5-", "3-"),
    "minus of typesetters": ("−5", "3"),
    "minus of accountants": ("(5)", "-3"),
    "space of no width": ("\u200b5", "6"),
    "apostrophes": ("1'234", "12'345"),
    "spaces that do not break": ("1\xa0234", "12\xa0345"),
    "shares": ("10%", "12.5%"),
    "day or month first": ("01/02/2024", "03/04/2024"),
    "points that may be decimal": ("1.234,5", "1,234.5"),
    "points that may be thousands": ("1.234.567", "2.345.678"),
    "commas that may be decimal": ("1,234", "2,345"),
    "money": ("$1,200", "$900"),
}


def typed(tmp_path, cells):
    path = tmp_path / "table.csv"
    path.write_text("cell|other\n" + "".join(f"{cell}|x\n" for cell in cells), "utf-8")
    return type_table(COMPONENT.read(path, ReadOptions(decimal=".")), ReadOptions())


@pytest.mark.parametrize("cells", TEXTS.values(), ids=TEXTS)
def test_what_may_mean_two_things_stays_text(tmp_path, cells):
    table = typed(tmp_path, cells)
    assert table.column("cell").kind is ColumnKind.CATEGORY
    assert table.frame["cell"].to_list() == list(cells)


@pytest.mark.parametrize("cells", [TEXTS["shares"], TEXTS["day or month first"]])
def test_the_doubt_is_told_with_a_cell_that_raised_it(tmp_path, cells):
    notes = " ".join(typed(tmp_path, cells).facts.notes)
    assert "Column 'cell'" in notes
    assert cells[0] in notes


def test_whole_numbers_beyond_64_bits_are_kept_digit_by_digit(tmp_path):
    cells = ("1000000000000000000000000000000", "9007199254740993")
    table = typed(tmp_path, cells)
    assert table.column("cell").kind is ColumnKind.IDENTIFIER
    assert table.frame["cell"].to_list() == list(cells)


@pytest.mark.parametrize(
    ("value", "kind", "read"),
    [
        ("9007199254740993", ColumnKind.INTEGER, 9007199254740993),
        ("12345678901234567890", ColumnKind.IDENTIFIER, "12345678901234567890"),
        ("1.50", ColumnKind.NUMERIC, 1.5),
    ],
)
def test_decimals_are_not_rounded_where_they_are_whole(value, kind, read):
    frame = pl.DataFrame({"cell": [Decimal(value), None]})
    table = type_table(RawTable(frame, SourceFacts("polars")), ReadOptions())
    assert table.column("cell").kind is kind
    assert table.frame["cell"].to_list() == [read, None]


@pytest.mark.parametrize(
    ("content", "way"),
    [(b"\x89PNG\r\n\x1a\n", "--kind photo=image"), (b"hello", "Unfold 'photo'")],
)
def test_bytes_are_refused_with_the_kind_of_what_they_begin_as(content: bytes, way: str) -> None:
    raw = RawTable(pl.DataFrame({"photo": [None, content]}), SourceFacts("frame", "", "", 0))
    with pytest.raises(DataError, match=way):
        type_table(raw, ReadOptions())
