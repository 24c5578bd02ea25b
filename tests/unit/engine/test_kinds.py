"""The kinds of columns are found from their values; doubt is said, never settled by a guess."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest

from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import DataError, InvalidValue, MissingColumns, UnparseableValue
from modelyard.domain.tables import RawTable, SourceFacts
from modelyard.engine.kinds.typing import type_table

K = ColumnKind


def at(*parts):
    # Tables keep moments in UTC without saying so in each value.
    return datetime(*parts)  # noqa: DTZ001 -- see above


def typed(values, *, name="column", decimal=None, **options):
    series = values if isinstance(values, pl.Series) else pl.Series(values)
    raw = RawTable(pl.DataFrame({name: series}), SourceFacts("test", decimal=decimal))
    return type_table(raw, ReadOptions(**options))


def kind_of(values, **options):
    return typed(values, **options).columns[0].kind


def values_of(table):
    return table.frame.to_series().to_list()


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", " 2 ", ""], K.INTEGER, [1, 2, None]),
        (["9007199254740993", "", "1"], K.INTEGER, [9007199254740993, None, 1]),
        (["-9223372036854775808", "9223372036854775807"], K.INTEGER, [-(2**63), 2**63 - 1]),
        (["0", "1", "0"], K.INTEGER, [0, 1, 0]),
        (["1.0", "2"], K.NUMERIC, [1.0, 2.0]),
        (["1e3", ".5", "+7."], K.NUMERIC, [1000.0, 0.5, 7.0]),
        (["yes", "NO", "Yes "], K.BOOLEAN, [True, False, True]),
        (["yes", "no", "TRUE", "0"], K.BOOLEAN, [True, False, True, False]),
        (["t", "f", "?"], K.BOOLEAN, [True, False, None]),
        (
            ["2020-01-31", "NA", "2021-01-01"],
            K.DATETIME,
            [at(2020, 1, 31), None, at(2021, 1, 1)],
        ),
        (["red", "blue", "red"], K.CATEGORY, ["red", "blue", "red"]),
        (["M", "F", "F"], K.CATEGORY, ["M", "F", "F"]),
        (["F", "F", "F"], K.CATEGORY, ["F", "F", "F"]),
        (["00123", "1", "22"], K.CATEGORY, ["00123", "1", "22"]),
        (["", " ", "NA"], K.CATEGORY, [None, None, None]),
        (["None", "a", "-"], K.CATEGORY, ["None", "a", "-"]),
    ],
)
def test_text_cells_are_read_by_what_all_of_them_are(cells, kind, values):
    table = typed(cells)
    assert table.columns[0].kind is kind
    assert values_of(table) == values


def test_physical_types_are_those_of_the_kinds():
    frame = {
        "numeric": ["1.5", "2"],
        "integer": ["1", "2"],
        "boolean": ["yes", "no"],
        "datetime": ["2020-01-01", "2020-01-02"],
        "category": ["a", "b"],
    }
    table = type_table(RawTable(pl.DataFrame(frame), SourceFacts("test")), ReadOptions())
    assert [column.kind.value for column in table.columns] == list(frame)
    assert table.frame.dtypes == [pl.Float64, pl.Int64, pl.Boolean, pl.Datetime("us"), pl.String]
    assert all(column.reason.endswith(".") for column in table.columns)


def test_whole_numbers_beyond_64_bits_are_kept_as_text_and_said():
    table = typed(["1" + "0" * 30, "2", ""])
    assert table.columns[0].kind is K.IDENTIFIER
    assert values_of(table) == ["1" + "0" * 30, "2", None]
    assert "exceed 64 bits" in table.facts.notes[0]
    assert kind_of(["9" * 400, "1"]) is K.IDENTIFIER


def test_large_whole_numbers_beside_fractions_are_doubted():
    table = typed(["9007199254740993", "0.5"])
    assert table.columns[0].kind is K.NUMERIC
    assert "from 2^53 on" in table.facts.notes[0]


def test_what_is_not_finite_is_missing_and_counted():
    table = typed(["1.5", "inf", "-INF", "1e400", "nan", ""])
    assert values_of(table) == [1.5, None, None, None, None, None]
    assert table.columns[0].n_nonfinite == 4
    assert "4 cells that are not finite" in table.columns[0].reason
    whole = typed(["1", "inf", "3"])
    assert (whole.columns[0].kind, whole.columns[0].n_nonfinite) == (K.INTEGER, 1)


def test_a_decimal_comma_is_read_where_the_source_states_it():
    table = typed(["1,5", "2", "?"], decimal=",")
    assert values_of(table) == [1.5, 2.0, None]
    assert "decimal mark ','" in table.columns[0].reason
    assert kind_of(["1.5", "2.5"], decimal=",") is K.CATEGORY


def test_codes_with_leading_zeros_stay_text_with_the_reason():
    table = typed([f"{i:05}" for i in range(40)])
    assert table.columns[0].kind is K.IDENTIFIER
    assert "zeros in front" in table.columns[0].reason
    assert values_of(typed(["007", "8"], kinds={"column": K.INTEGER})) == [7, 8]


def test_words_of_truth_are_recorded_in_pairs():
    column = typed(["Yes", "no", "1"]).columns[0]
    assert column.true_words == ("yes", "1")
    assert column.false_words == ("no", "0")


def test_weak_tokens_are_missing_among_numbers_and_named():
    table = typed(["1", "None", "-", "3"])
    assert values_of(table) == [1, None, None, 3]
    assert [note.split(" in ")[0] for note in table.facts.notes] == [
        "'-' was read as missing",
        "'None' was read as missing",
    ]
    assert values_of(typed(["yes", "None", "no"])) == [True, None, False]
    assert values_of(typed(["2020-01-01", "-"])) == [at(2020, 1, 1), None]


def test_tokens_that_were_met_are_counted_per_column():
    frame = pl.DataFrame({c: ["NA", "?", "x"] for c in "abcdefg"})
    notes = type_table(RawTable(frame, SourceFacts("test")), ReadOptions()).facts.notes
    assert notes[1].startswith(
        "'NA' was read as missing in 7 cells of 'a', 'b', 'c', 'd', 'e' and 2 more;"
    )
    assert typed(["NA", "x"]).facts.notes[0].startswith("'NA' was read as missing in 1 cell of")


def test_tokens_of_the_user_replace_the_list():
    table = typed(["NA", "x", "", "none"], missing_tokens=("x",))
    assert values_of(table) == ["NA", None, None, "none"]
    assert table.facts.missing_tokens == ("", "x")


@pytest.mark.parametrize("cells", [["1", "-999", "3"], [1, -999, 3], [1.0, -999.0, 3.0]])
def test_a_number_that_means_missing_is_missing_in_text_and_typed_columns(cells):
    assert values_of(typed(cells, missing_tokens=("-999",))) == [1, None, 3]
    assert kind_of(["a", "-999"], missing_tokens=("-999",)) is K.CATEGORY


def test_numbers_but_for_a_few_cells_are_text_with_the_cells_named():
    cells = [str(i / 4) for i in range(40)] + ["12 kg", "unknown"]
    table = typed(cells)
    assert table.columns[0].kind is K.CATEGORY
    assert values_of(table) == cells
    reason = table.columns[0].reason
    assert "Numbers but for 2 of 42 cells (row 41 '12 kg', row 42 'unknown')" in reason
    assert "Numbers but for 2 of 42 cells" in table.facts.notes[0]


def test_words_with_some_numbers_among_them_are_words():
    cells = ["A/5", "17", "PC 1", "C"] * 10
    assert "Numbers but" not in typed(cells).columns[0].reason
    many = [f"word{i}" for i in range(200)] + ["1"]
    assert "Numbers but" not in typed(many).columns[0].reason


@pytest.mark.parametrize(
    ("cells", "datetime_format"),
    [
        (["2020-01-01T10:00", "2020-01-02"], None),
        (["13/02/2020", "01/02/2020"], "%d/%m/%Y"),
        (["02/13/2020", "01/02/2020"], "%m/%d/%Y"),
        (["2020/02/13", "2020/01/02"], "%Y/%m/%d"),
        (["1.2.2020", "3.4.2021"], "%d.%m.%Y"),
        (["05/05/2020", "06/06/2020"], "%d/%m/%Y"),
        (["13/02/2020 10:30 PM", "1/2/2020 9:00 am"], "%d/%m/%Y %I:%M %p"),
        (["Mar-2018", "Feb-2018"], "%b-%Y"),
        (["5 January 2020", "6 Feb 2020"], "%d %b %Y"),
        (["May 5, 2020", "Jan 13, 2021"], "%b %d, %Y"),
    ],
)
def test_the_one_format_that_reads_all_dates_is_found(cells, datetime_format):
    column = typed(cells).columns[0]
    assert (column.kind, column.datetime_format) == (K.DATETIME, datetime_format)


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        (["01/02/2020", "03/04/2020"], "'01/02/2020', '03/04/2020' are dates by"),
        (["13/02/2020", "02/13/2020", "01/02/2020"], "'01/02/2020' could be either"),
        (["13/02/2020", "02/13/2020"], "mixes dates of two formats"),
        (["13/02/2020", "02/13/2020", "2020-02-13"], "mixes dates of three formats"),
        (["13/02/2020", "02/13/2020", "03/04/2020"], "'03/04/2020' could be either"),
        (["01-02-20"], "are dates by"),
    ],
)
def test_dates_of_two_orders_are_never_guessed(cells, named):
    table = typed(cells)
    assert table.columns[0].kind is K.CATEGORY
    assert values_of(table) == cells
    assert named in table.columns[0].reason
    assert named in table.facts.notes[0]


def test_dates_but_for_a_few_cells_are_text_with_the_cells_named():
    cells = [f"2020-01-{day:02}" for day in range(1, 30)]
    assert "but not 'soon'" in typed([*cells, "soon"]).columns[0].reason
    assert typed([*cells[:4], "a-b", "1-x", "2-y", "3-z"]).facts.notes == ()


def test_part_numbers_are_no_dates():
    assert kind_of(["10-4711", "20-0815", "10-1"]) is K.CATEGORY


@pytest.mark.parametrize("start", [0, 1])
def test_a_column_that_counts_the_rows_is_an_identifier(start):
    for cells in ([str(i + start) for i in range(30)], list(range(start, start + 30))):
        table = typed(cells)
        assert table.columns[0].kind is K.IDENTIFIER
        assert values_of(table) == [str(i + start) for i in range(30)]


@pytest.mark.parametrize("name", ["id", "user_id", "PassengerId", "customerID", "row number", "ID"])
def test_whole_numbers_of_their_own_are_an_identifier_if_the_name_says_so(name):
    cells = [str(7 * i % 31 + 100) for i in range(30)]
    assert kind_of(cells, name=name) is K.IDENTIFIER
    assert kind_of(cells, name="price") is K.INTEGER
    assert kind_of([*cells, cells[0]], name=name) is K.INTEGER


def test_a_run_of_years_is_a_quantity_and_a_long_count_is_not():
    assert kind_of(list(range(1990, 2024))) is K.INTEGER
    assert kind_of(list(range(5000, 5400))) is K.IDENTIFIER


def test_strings_are_told_apart_by_how_often_they_repeat_and_how_many_words_they_have():
    assert kind_of([f"x{i}" for i in range(40)]) is K.IDENTIFIER
    assert kind_of([f"Braund, Mr. Owen {i}" for i in range(40)]) is K.TEXT
    assert kind_of([f"job {i % 25}" for i in range(40)]) is K.CATEGORY
    assert kind_of([f"x{i}" for i in range(5)]) is K.CATEGORY
    uuid = "123e4567-e89b-12d3-a456-42661417400{}"
    assert kind_of([uuid.format(i % 3) for i in range(6)]) is K.IDENTIFIER


def test_typed_columns_have_the_kind_of_their_type():
    frame = pl.DataFrame(
        {
            "i": pl.Series([1, None], dtype=pl.Int32),
            "u": pl.Series([1, 2], dtype=pl.UInt64),
            "f": pl.Series([1.5, float("nan")], dtype=pl.Float32),
            "b": [True, None],
            "d": [date(2020, 1, 1), None],
            "z": pl.Series([at(2020, 1, 1), None]).dt.replace_time_zone("Europe/Berlin"),
            "n": pl.Series([at(2020, 1, 1), None], dtype=pl.Datetime("ns")),
            "c": pl.Series(["a", None], dtype=pl.Categorical),
            "e": pl.Series(["a", None], dtype=pl.Enum(["a"])),
            "x": pl.Series([Decimal("1.5"), None]),
            "t": [time(0, 1), None],
            "l": [timedelta(seconds=90), None],
            "s": ["7", None],
            "0": pl.Series([None, None], dtype=pl.Null),
        }
    )
    table = type_table(RawTable(frame, SourceFacts("test")), ReadOptions())
    assert {column.name: column.kind.value for column in table.columns} == {
        "i": "integer",
        "u": "integer",
        "f": "numeric",
        "b": "boolean",
        "d": "datetime",
        "z": "datetime",
        "n": "datetime",
        "c": "category",
        "e": "category",
        "x": "numeric",
        "t": "numeric",
        "l": "numeric",
        "s": "integer",
        "0": "category",
    }
    assert table.frame.row(0) == (
        1, 1, 1.5, True, at(2020, 1, 1), at(2019, 12, 31, 23), at(2020, 1, 1),
        "a", "a", 1.5, 60.0, 90.0, 7, None,
    )  # fmt: skip
    assert table.frame["f"].to_list() == [1.5, None]
    assert table.column("f").n_nonfinite == 1


def test_typed_whole_numbers_beyond_64_bits_are_kept_as_text():
    table = typed(pl.Series([2**64 - 1, None], dtype=pl.UInt64))
    assert table.columns[0].kind is K.IDENTIFIER
    assert values_of(table) == [str(2**64 - 1), None]
    assert "exceed 64 bits" in table.facts.notes[0]


def test_a_categorical_column_is_not_read_as_anything_else():
    table = typed(pl.Series(["1", "2", "NA"], dtype=pl.Categorical))
    assert table.columns[0].kind is K.CATEGORY
    assert values_of(table) == ["1", "2", None]
    assert table.facts.notes[0].startswith("'NA' was read as missing in 1 cell")


@pytest.mark.parametrize("values", [[[1, 2]], [{"a": 1}], [b"bytes"]])
def test_nested_types_are_refused_with_the_column(values):
    with pytest.raises(DataError, match="Column 'column' holds values of type") as caught:
        typed(values)
    assert caught.value.column == "column"


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "2"], K.NUMERIC, [1.0, 2.0]),
        (["1.0", ""], K.INTEGER, [1, None]),
        (["1", "0"], K.BOOLEAN, [True, False]),
        (["x", "y"], K.TEXT, ["x", "y"]),
        (["1", "2"], K.CATEGORY, ["1", "2"]),
        (["20200131", "20200201"], K.DATETIME, [at(2020, 1, 31), at(2020, 2, 1)]),
        ([1, 2], K.CATEGORY, ["1", "2"]),
        ([1.0, 2.5], K.CATEGORY, ["1", "2.5"]),
        ([1.0, None], K.INTEGER, [1, None]),
        ([1, 0], K.BOOLEAN, [True, False]),
        ([True, None], K.INTEGER, [1, None]),
        ([date(2020, 1, 1)], K.TEXT, ["2020-01-01T00:00:00"]),
        ([date(2020, 1, 1)], K.DATETIME, [at(2020, 1, 1)]),
    ],
)
def test_a_kind_that_the_user_asks_for_is_imposed(cells, kind, values):
    table = typed(cells, kinds={"column": kind})
    assert table.columns[0].kind is kind
    assert values_of(table) == values


@pytest.mark.parametrize(
    ("cells", "kind", "row", "sample"),
    [
        (["1", "x"], K.NUMERIC, 2, "x"),
        (["1", "", "2.5"], K.INTEGER, 3, "2.5"),
        (["1", "1" + "0" * 30], K.INTEGER, 2, "1" + "0" * 30),
        (["yes", "ja"], K.BOOLEAN, 2, "ja"),
        (["ja"], K.BOOLEAN, 1, "ja"),
        (["2020-01-01", "soon"], K.DATETIME, 2, "soon"),
        (["soon"], K.DATETIME, 1, "soon"),
        ([1.0, 2.5], K.INTEGER, 2, "2.5"),
        ([1, 2], K.BOOLEAN, 2, "2"),
        ([None, 2], K.DATETIME, 2, "2"),
        ([date(2020, 1, 1)], K.NUMERIC, 1, "2020-01-01"),
    ],
)
def test_a_cell_that_does_not_fit_the_kind_asked_for_is_named(cells, kind, row, sample):
    with pytest.raises(UnparseableValue) as caught:
        typed(cells, kinds={"column": kind})
    assert (caught.value.row, caught.value.column, caught.value.sample) == (row, "column", sample)
    assert f"mark '{sample}' as missing" in caught.value.fix


def test_dates_that_were_asked_for_are_not_guessed_either():
    with pytest.raises(UnparseableValue, match="no cell decides between them"):
        typed(["01/02/2020", "03/04/2020"], kinds={"column": K.DATETIME})


@pytest.mark.parametrize("kind", [K.IMAGE])
def test_kinds_that_no_cell_has_are_refused(kind):
    with pytest.raises(InvalidValue, match=f"'{kind.value}'"):
        typed(["1"], kinds={"column": kind})


def test_a_kind_for_a_column_that_is_not_there_is_refused():
    with pytest.raises(MissingColumns, match="Did you mean 'column'"):
        typed(["1"], kinds={"colum": K.NUMERIC})


def test_telephone_numbers_are_words_and_signed_numbers_are_not():
    assert typed(["+4917012345678", "+4930901820"]).columns[0].kind is K.CATEGORY
    assert typed(["+1500", "-300"]).columns[0].kind is K.INTEGER


def test_whole_numbers_that_rounding_makes_equal_are_told():
    table = typed([str(10**30 + n) for n in range(5)], kinds={"column": K.NUMERIC})
    assert "5 different ones became 1" in table.facts.notes[-1]


def test_a_whole_number_beyond_64_bits_is_told_as_such():
    with pytest.raises(UnparseableValue) as caught:
        typed(["1", "1" + "0" * 30], kinds={"column": K.INTEGER})
    assert "64 bits" in caught.value.fix
