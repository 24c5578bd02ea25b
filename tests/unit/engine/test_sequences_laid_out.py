"""Items that lie side by side, or one below the other, become sequences, or are named."""

import math
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions, TrainingConfig
from modelyard.domain.errors import DataError, InvalidValue, MissingColumns, UnparseableValue
from modelyard.domain.sequence_layouts import SequenceLayout
from modelyard.domain.tables import Table
from modelyard.engine.frames.forms import raw_table_of
from modelyard.engine.kinds.typing import type_table

WIDE = {"wide": {"shake": "t_*"}}
LONG = {"long": {"id": "machine", "time": "at", "values": ["shake", "heat"]}}


def read(data: object, told: Mapping[str, Any], **options: Any) -> Table:
    """Return the typed table of data in which sequences are made."""
    wanted = ReadOptions(sequences=SequenceLayout.of(told), **options)
    return type_table(raw_table_of(data, Catalog(), options=wanted), wanted)


def items(**columns: list[Any]) -> dict[str, list[Any]]:
    """Return rows that are one item each of two machines, in no order."""
    usual = {
        "machine": ["b", "a", "b", "a"],
        "at": [2, 1, 1, 2],
        "shake": [0.2, 1.1, 0.1, 1.2],
        "heat": [20, 11, 10, 12],
        "fails": ["yes", "no", "yes", "no"],
    }
    return {**usual, **columns}


def test_columns_become_one_sequence_in_the_order_of_their_numbers():
    table = read({"y": [1, 2], "t_10": [3.0, 6.0], "t_2": [2, 5], "t_1": ["1", "4"]}, WIDE)
    assert table.names == ("y", "shake")
    assert table.column("shake").kind is ColumnKind.SEQUENCE
    assert table.frame["shake"].to_list() == ["1.0 2.0 3.0", "4.0 5.0 6.0"]
    assert "'t_1' to 't_10', 3 columns" in table.facts.notes[0]


def test_columns_that_are_named_keep_the_order_in_which_they_are():
    table = read({"mon": [1], "sun": [2], "y": [0]}, {"wide": {"week": ["sun", "mon"]}})
    assert table.frame["week"].to_list() == ["2.0 1.0"]


def test_gaps_behind_the_last_item_make_a_sequence_shorter():
    table = read({"t_0": [1.0, None], "t_1": [None, None], "y": [0, 1]}, WIDE)
    assert table.frame["shake"].to_list() == ["1.0", None]


def test_a_gap_between_two_items_is_refused_with_its_row():
    with pytest.raises(DataError, match=r"Row 2 has no number in column 't_0'") as caught:
        read({"t_0": [1, None], "t_1": [2, 3]}, WIDE)
    assert (caught.value.row, caught.value.column) == (2, "t_0")


def test_an_item_that_is_no_number_is_refused_with_its_row_and_column(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("t_0,t_1,y\n1,2,a\n1,x,b\n")
    with pytest.raises(DataError, match="'x'") as caught:
        read(path, WIDE)
    assert (caught.value.row, caught.value.column) == (2, "t_1")


def test_a_row_that_may_be_set_aside_is_and_the_others_are_read(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("t_0,t_1,y\n1,2,a\n1,x,b\n")
    options = ReadOptions(sequences=SequenceLayout.of(WIDE), sets_aside=True)
    raw = raw_table_of(path, Catalog(), options=options)
    assert raw.frame["shake"].to_list() == [[1.0, 2.0], None]
    assert [error.row for error in raw.set_aside.values()] == [2]


def test_items_are_read_with_the_decimal_mark_and_the_missing_words_of_the_table(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("t_0;t_1;y\n1,5;-;a\n2,5;3,5;b\n")
    table = read(path, WIDE, missing_tokens=("-",), decimal=",")
    assert table.frame["shake"].to_list() == ["1.5", "2.5 3.5"]


@pytest.mark.parametrize("of", ["s_*", ["t_0", "t_7"]], ids=["pattern", "names"])
def test_columns_that_are_not_there_are_named(of):
    with pytest.raises(MissingColumns, match="of which the sequence 'shake' is made"):
        read({"t_0": [1], "y": [1]}, {"wide": {"shake": of}})


def test_a_sequence_takes_no_name_that_another_column_has():
    with pytest.raises(InvalidValue, match="has a column 'shake' already"):
        read({"t_0": [1], "shake": [1]}, WIDE)


def test_rows_become_one_for_each_id_in_the_order_of_their_times():
    table = read(items(), LONG)
    assert table.names == ("machine", "shake", "heat", "fails")
    assert table.frame["machine"].to_list() == ["b", "a"]
    assert table.frame["shake"].to_list() == ["0.1 0.2", "1.1 1.2"]
    assert table.frame["heat"].to_list() == ["10.0 20.0", "11.0 12.0"]
    assert "4 rows are 2 sequences" in table.facts.notes[0]


def test_times_are_read_as_the_kind_that_they_are_said_to_be():
    with pytest.raises(UnparseableValue, match="'at'"):
        read(items(at=["2", "1", "x", "2"]), LONG, kinds={"at": ColumnKind.NUMERIC})


def test_times_that_are_none_are_refused_with_why_they_were_read_so():
    days = ["01/02/2024", "02/01/2024", "03/02/2024", "x"]
    with pytest.raises(DataError, match=r"was read as .*\. \S+") as caught:
        read(items(at=days), LONG)
    assert caught.value.fix.endswith("say of which kind this one is.")


def test_columns_that_become_items_may_have_a_kind():
    kinds = {"t_1": ColumnKind.NUMERIC, "y": ColumnKind.INTEGER}
    assert read({"t_0": [1], "t_1": [2], "y": [0]}, WIDE, kinds=kinds).names == ("shake", "y")


def test_white_space_around_an_id_makes_no_sequence_of_its_own():
    table = read(items(machine=["b", "a", " b", "a\t"]), LONG)
    assert table.frame["machine"].to_list() == ["b", "a"]
    assert table.frame["shake"].to_list() == ["0.1 0.2", "1.1 1.2"]


def test_a_number_that_means_missing_is_no_id():
    with pytest.raises(DataError, match="Row 2 has no value in column 'machine'"):
        read(items(machine=[1, -999, 1, 2]), LONG, missing_tokens=("-999",))


def test_items_are_ordered_by_dates_as_dates():
    days = ["10.02.2024", "01.01.2024", "09.02.2024", "20.01.2024"]
    assert read(items(at=days), LONG).frame["shake"].to_list() == ["0.1 0.2", "1.1 1.2"]


@pytest.mark.parametrize(
    ("columns", "told", "row"),
    [
        ({"machine": ["b", None, "b", "a"]}, "Row 2 has no value in column 'machine'", 2),
        ({"machine": ["b", "a", " NA ", "a"]}, "Row 3 has no value in column 'machine'", 3),
        ({"machine": [1.0, math.nan, 1.0, 2.0]}, "Row 2 has no value in column 'machine'", 2),
        ({"at": [2, 1, None, 2]}, "Row 3 has no value in column 'at'", 3),
        ({"at": [1, 1, 1, 2]}, "Rows 1 and 3 have one 'machine' and one 'at'", 3),
        ({"at": ["x", "y", "z", "x"]}, "must hold numbers or dates", None),
        ({"heat": [20, None, 10, 12]}, "Column 'heat'", 2),
        ({"heat": [20, "hot", 10, 12]}, "'hot'", 2),
        ({"fails": ["yes", "no", "no", "no"]}, "row 3 holds 'no', and row 1 of the same", 3),
    ],
    ids=[
        "no-id",
        "id-in-words",
        "id-nan",
        "no-time",
        "one-time",
        "no-order",
        "no-item",
        "no-number",
        "two-targets",
    ],
)
def test_rows_that_make_no_sequence_are_refused_with_what_is_wrong(columns, told, row):
    with pytest.raises(DataError, match=told) as caught:
        read(items(**columns), LONG)
    assert caught.value.row == row


@pytest.mark.parametrize(
    "told",
    [
        {"wider": {}},
        {"wide": {"v": "t"}},
        {"wide": {"v": "*_*"}},
        {"wide": {"v": []}},
        {"long": {"id": "a", "time": "b"}},
        {"long": {"id": "a", "time": "b", "values": []}},
    ],
    ids=str,
)
def test_a_layout_that_says_nothing_is_refused(told):
    with pytest.raises(InvalidValue, match=r"must name its columns|are told as"):
        SequenceLayout.of(told)


@pytest.mark.parametrize("told", [WIDE, LONG, {"wide": {"week": ["mon", "sun"]}}], ids=str)
def test_a_configuration_keeps_how_sequences_lie(told):
    config = TrainingConfig("y", read=ReadOptions(sequences=SequenceLayout.of(told)))
    assert TrainingConfig.from_dict(config.to_dict()).read == config.read


def test_later_rows_may_bring_sequences_themselves():
    layout = SequenceLayout.of({**WIDE, **LONG})
    assert layout.met_in(["shake", "t_0"]).names == ()
    assert layout.met_in(["t_0"]).names == ("shake",)
    assert layout.met_in(["machine", "at", "heat"]).long is not None


def test_lists_of_words_are_refused_with_the_row():
    wanted = ReadOptions(kinds={"v": ColumnKind.SEQUENCE})
    raw = raw_table_of(pl.DataFrame({"v": [["1"], ["x"]]}), Catalog(), options=wanted)
    with pytest.raises(DataError, match="finite numbers") as caught:
        type_table(raw, wanted)
    assert caught.value.row == 1
