"""Tables come in whatever form the user holds them, and answers go back in the same form."""

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.cells import DEFAULT_MISSING_TOKENS
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import AmbiguousHeader, DataError, NoRows, NotFound, UsageError
from modelyard.engine.frames.forms import frame_like, like, raw_table_of
from modelyard.engine.kinds.typing import type_table

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
pytestmark = pytest.mark.extras


def at(*parts):
    # Tables keep moments in UTC without saying so in each value.
    return datetime(*parts)  # noqa: DTZ001 -- see above


def raw_of(data, **options):
    return raw_table_of(data, Catalog(), options=ReadOptions(**options))


def column(data):
    return raw_of(data).frame.to_series().to_list()


COLUMNS = {"n": [1, 2, 3], "word": ["a", "b", None], "x": [0.5, 1.5, 2.5]}
ROWS = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)]
FORMS = {
    "polars": pl.DataFrame(COLUMNS),
    "lazy": pl.LazyFrame(COLUMNS),
    "pandas": pd.DataFrame(COLUMNS, index=[7, 8, 9]),
    "arrow": pa.table(COLUMNS),
    "batch": pa.RecordBatch.from_pydict(COLUMNS),
    "dict": COLUMNS,
    "rows": ROWS,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_table_with_the_same_hash(form):
    raw = raw_of(FORMS[form])
    assert raw.frame.to_dict(as_series=False) == COLUMNS
    assert raw.facts.sha256 == raw_of(FORMS["polars"]).facts.sha256
    assert raw.facts.location == ""
    assert raw.facts.size_bytes > 0
    assert raw.facts.missing_tokens == DEFAULT_MISSING_TOKENS


def test_the_facts_name_the_library():
    names = [raw_of(FORMS[form]).facts.source for form in ("polars", "pandas", "arrow", "dict")]
    assert names == ["polars", "pandas", "pyarrow", "python"]


def test_options_are_stated_in_the_facts():
    facts = raw_of(COLUMNS, missing_tokens=("x",), decimal=",").facts
    assert (facts.missing_tokens, facts.decimal) == (("", "x"), ",")


def test_a_path_is_read_by_the_source_of_its_suffix(tmp_path):
    path = tmp_path / "table.CSV"
    path.write_text("a,b\n1,2\n")
    for location in (path, str(path)):
        assert raw_of(location).frame.rows() == [("1", "2")]


def test_a_path_that_no_source_reads_is_refused_with_the_known_suffixes(tmp_path):
    (tmp_path / "table.xyz").write_text("")
    with pytest.raises(UsageError, match=r"suffix is '\.xyz'\. Known suffixes: .*\.csv"):
        raw_of(tmp_path / "table.xyz")
    with pytest.raises(NoRows, match=r"There is no picture in .* name the file"):
        raw_of(tmp_path)
    with pytest.raises(NotFound, match="nowhere"):
        raw_of(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "data", [5, None, [1, 2], np.zeros((2, 2)), {"a": 1}, {"a": "xy"}, {1: [2]}]
)
def test_what_is_no_table_is_refused(data):
    with pytest.raises(UsageError):
        raw_of(data)


@pytest.mark.parametrize("data", [{}, [], {"a": []}, pl.DataFrame(), pd.DataFrame({"a": []})])
def test_a_table_without_rows_is_refused(data):
    with pytest.raises(NoRows):
        raw_of(data)


@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=[0, "0"]),
        pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]),
        {"a": [1], "A": [2]},
        pl.DataFrame({"": [1]}),
    ],
)
def test_names_that_leave_doubt_are_refused_in_every_form(data):
    with pytest.raises(AmbiguousHeader):
        raw_of(data)


def test_names_of_several_levels_are_refused():
    frame = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")]))
    with pytest.raises(UsageError, match="several levels"):
        raw_of(frame)


def test_names_that_are_no_text_and_a_named_index_are_noted():
    raw = raw_of(pd.DataFrame({5: [1, 2]}, index=pd.Index([1, 2], name="key")))
    assert raw.frame.columns == ["5"]
    assert raw.facts.notes == (
        "Column names that were no text were taken as text.",
        "The index ('key') was not read; frame.reset_index() makes it a column.",
    )


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        (pd.Series([1.5, np.nan, np.inf]), [1.5, None, float("inf")]),
        (pd.Series([1, 2], dtype="uint8"), [1, 2]),
        (pd.Series([True, False]), [True, False]),
        (pd.array([1, None], dtype="Int64"), [1, None]),
        (pd.array([True, None], dtype="boolean"), [True, None]),
        (pd.array([1.5, None], dtype="Float64"), [1.5, None]),
        (pd.array(["a", None], dtype="string"), ["a", None]),
        (pd.Series(["a", None], dtype=object), ["a", None]),
        (pd.Series([True, None], dtype=object), [True, None]),
        (pd.Series(["a", 1.0, np.nan, 2.5], dtype=object), ["a", 1.0, None, 2.5]),
        (pd.Series([Decimal("1.5"), None], dtype=object), [1.5, None]),
        (pd.Categorical(["x", None, "y"]), ["x", None, "y"]),
        (pd.Categorical([2, 1, 2]), ["2", "1", "2"]),
        (pd.to_datetime(["2020-01-01", None]), [at(2020, 1, 1), None]),
        (pd.to_datetime(["2020-01-01"]).tz_localize("Europe/Berlin"), [at(2019, 12, 31, 23)]),
        (pd.Series([pd.Timestamp("2020-01-01"), pd.NaT], dtype=object), [at(2020, 1, 1), None]),
        (pd.to_timedelta([1, None], unit="s"), [timedelta(seconds=1), None]),
        (pd.period_range("2020-01", periods=2, freq="M"), ["2020-01", "2020-02"]),
        (pd.interval_range(0, 2), ["(0, 1]", "(1, 2]"]),
        (pd.arrays.SparseArray([0, 0, 1]), [0, 0, 1]),
        (pd.Series([1, 2], dtype="int64[pyarrow]"), [1, 2]),
    ],
)
def test_every_type_of_pandas_keeps_its_values(values, cells):
    assert column(pd.DataFrame({"column": values})) == cells


@pytest.mark.parametrize(
    ("values", "cells", "dtype"),
    [
        ([None, None], [None, None], pl.Null),
        ([True, None], [True, None], pl.Boolean),
        ([1, True], [1, True], pl.Object),
        ([2**63 - 1, None], [2**63 - 1, None], pl.Int64),
        ([2**70, 1, None], [2**70, 1, None], pl.Object),
        ([2**53 + 1, 0.5], [2**53 + 1, 0.5], pl.Object),
        ([1, 2.5, None], [1.0, 2.5, None], pl.Float64),
        ([10**400, 0.5, None], [10**400, 0.5, None], pl.Object),
        ([1, pd.NA], [1, None], pl.Int64),
        ([1.5, pd.NA], [1.5, None], pl.Float64),
        (["a", float("nan"), pd.NA], ["a", None, None], pl.String),
        (["a", 1, True], ["a", 1, True], pl.Object),
        ([time(1), timedelta(1)], [time(1), timedelta(1)], pl.Object),
        ([pd.Interval(0, 1), pd.Period("2020-01")], ["(0, 1]", "2020-01"], pl.String),
        ([date(2020, 1, 1), at(2020, 1, 2, 3)], [at(2020, 1, 1), at(2020, 1, 2, 3)], pl.Datetime),
        ([datetime(2020, 1, 1, tzinfo=UTC), None], [at(2020, 1, 1), None], pl.Datetime),
        ([time(1, 2), None], [time(1, 2), None], pl.Time),
        ([timedelta(1), None], [timedelta(1), None], pl.Duration),
        ([np.float64(1.5), np.int64(2)], [1.5, 2.0], pl.Float64),
        ([np.datetime64("2020-01-01T00:00:00", "ns")], [at(2020, 1, 1)], pl.Datetime),
        (np.array([1, 2], dtype=np.int16), [1, 2], pl.Int16),
        (np.array([1.5, 2], dtype=np.float32), [1.5, 2.0], pl.Float64),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), [at(2020, 1, 1)], pl.Datetime),
        (np.array(["a", None], dtype=object), ["a", None], pl.String),
        (pl.Series(["a", "b"], dtype=pl.Categorical), ["a", "b"], pl.Categorical),
        (pd.Series(["a", "b"]), ["a", "b"], pl.String),
        (pa.array([1, None]), [1, None], pl.Int64),
        ((1, 2), [1, 2], pl.Int64),
        (range(2), [0, 1], pl.Int64),
    ],
)
def test_lists_of_values_become_columns_of_the_one_type_that_fits(values, cells, dtype):
    series = raw_of({"column": values}).frame.to_series()
    assert series.dtype == dtype
    assert series.to_list() == cells


@pytest.mark.parametrize("value", [[1], {"a": 1}, b"bytes", 1j, object()])
def test_a_value_that_no_cell_can_hold_is_named(value):
    with pytest.raises(DataError, match="row 2") as caught:
        type_table(raw_of([{"column": 1}, {"column": value}]), ReadOptions())
    assert (caught.value.row, caught.value.column) == (2, "column")


def test_a_matrix_is_no_column():
    with pytest.raises(DataError, match="type ndarray"):
        type_table(raw_of({"column": np.zeros((2, 2))}), ReadOptions())


def test_of_many_columns_the_one_of_another_length_is_named():
    columns = {name: [1, 2] for name in "abcdef"} | {"age": [1]}
    with pytest.raises(DataError, match="'age' has 1, where 6 others have 2"):
        raw_of(columns)


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(DataError, match="'a' has 1, 'b' has 2"):
        raw_of({"a": [1], "b": [1, 2]})


def test_an_arrow_type_that_no_table_holds_is_refused():
    with pytest.raises(DataError, match="Arrow table"):
        raw_of(pa.table({"a": pa.array([pa.MonthDayNano([1, 2, 3])])}))


def test_a_key_that_some_rows_lack_is_missing_there():
    assert raw_of([{"a": 1}, {"b": "x"}]).frame.rows() == [(1, None), (None, "x")]


def test_the_hash_depends_on_content_alone():
    def sha(data):
        return raw_of(data).facts.sha256

    frame = pl.DataFrame({"a": [1, 2, 3, 4]})
    assert sha(pl.concat([frame[:2], frame[2:]], rechunk=False)) == sha(frame)
    assert sha({"a": [0.0, float("nan")]}) == sha({"a": [-0.0, float("nan")]})
    cases = [
        {"a": [1, 2]},
        {"b": [1, 2]},
        {"a": [2, 1]},
        {"a": [1, None]},
        {"a": [0, None]},
        {"a": [1.0, 2.0]},
        {"a": ["1", "2"]},
        {"a": ["12", ""]},
        {"a": ["", "12"]},
        {"a": [None, "12"]},
        {"a": [True, False]},
        {"a": [None, None]},
        {"a": pl.Series(["1", "2"], dtype=pl.Categorical)},
        {"a": [date(2020, 1, 1), None]},
        {"a": [time(1), None]},
        {"a": pl.Series([Decimal("1.5"), None])},
        {"a": pl.Series([2**100, None], dtype=pl.Int128)},
        {"a": pl.Series([[1], None])},
        {"a": [1, 2], "b": [1, 2]},
    ]
    hashes = [sha(case) for case in cases]
    assert len(set(hashes)) == len(cases)
    assert hashes == [sha(case) for case in cases]


VALUES = np.array(["yes", "no", "yes"], dtype=object)


def test_answers_come_back_in_the_form_of_the_rows():
    series = like(FORMS["pandas"], VALUES, name="prediction")
    assert isinstance(series, pd.Series)
    assert (series.name, series.index.tolist()) == ("prediction", [7, 8, 9])
    assert series.tolist() == VALUES.tolist()
    for form in ("polars", "lazy"):
        answer = like(FORMS[form], VALUES, name="prediction")
        assert answer.equals(pl.Series("prediction", VALUES.tolist()), check_names=True)
    for form in ("arrow", "batch"):
        answer = like(FORMS[form], VALUES, name="prediction")
        assert isinstance(answer, pa.ChunkedArray)
        assert answer.to_pylist() == VALUES.tolist()
    assert like(FORMS["dict"], VALUES, name="prediction") == VALUES.tolist()
    assert like(FORMS["rows"], VALUES, name="prediction") == VALUES.tolist()
    assert isinstance(like("table.csv", VALUES, name="prediction"), pl.Series)


def test_numbers_come_back_as_numbers():
    values = np.array([1.5, 2.5, 3.5])
    assert like(FORMS["pandas"], values, name="prediction").dtype == np.float64
    assert like(FORMS["polars"], values, name="prediction").dtype == pl.Float64
    assert like(FORMS["rows"], values, name="prediction") == [1.5, 2.5, 3.5]


def test_tables_of_answers_come_back_in_the_form_of_the_rows():
    columns = {"p": np.array([0.1, 0.2, 0.3]), "q": np.array([0.9, 0.8, 0.7])}
    listed = {name: values.tolist() for name, values in columns.items()}
    frame = frame_like(FORMS["pandas"], columns)
    assert frame.index.tolist() == [7, 8, 9]
    assert frame.to_dict("list") == listed
    assert frame_like(FORMS["polars"], columns).to_dict(as_series=False) == listed
    assert frame_like("table.csv", columns).to_dict(as_series=False) == listed
    assert isinstance(frame_like(FORMS["arrow"], columns), pa.Table)
    assert frame_like(FORMS["arrow"], columns).to_pydict() == listed
    assert frame_like(FORMS["dict"], columns) == listed
    assert frame_like(FORMS["rows"], columns)[0] == {"p": 0.1, "q": 0.9}


def test_neither_pandas_nor_arrow_is_imported_to_read_a_dict():
    code = (
        "import sys; from modelyard.catalog import Catalog;"
        "from modelyard.domain.configs import ReadOptions;"
        "from modelyard.engine.frames.forms import raw_table_of;"
        "raw_table_of({'a': [1, 'x']}, Catalog(), options=ReadOptions());"
        "sys.exit(bool({'pandas', 'pyarrow', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pandas_is_read_where_arrow_is_not_installed():
    code = (
        "import sys; sys.modules['pyarrow'] = None; import pandas;"
        "from modelyard.catalog import Catalog;"
        "from modelyard.domain.configs import ReadOptions;"
        "from modelyard.engine.frames.forms import raw_table_of;"
        "data = pandas.DataFrame({'a': ['x', None], 'b': pandas.Categorical(['u', 'v']),"
        " 'c': pandas.to_datetime(['2020-01-01', None])});"
        "rows = raw_table_of(data, Catalog(), options=ReadOptions()).frame.rows();"
        "sys.exit(rows[1] != (None, 'v', None) or rows[0][0] != 'x')"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_values_of_several_rows_each_have_their_ids_as_index():
    rows, ids = pd.DataFrame({"v": [1, 2, 3]}), pl.Series("machine", ["b", "a"])
    told = like(rows, np.array([0.1, 0.2]), name="prediction", ids=ids)
    framed = frame_like(rows, {"yes": np.array([0.1, 0.2])}, ids=ids)
    for index in (told.index, framed.index):
        assert (index.tolist(), index.name) == (["b", "a"], "machine")


def test_a_table_that_is_merely_answered_has_no_hash():
    raw = raw_table_of(FORMS["polars"], Catalog(), options=ReadOptions(), is_hashed=False)
    assert raw.facts.sha256 == ""
    assert raw.frame.equals(raw_of(FORMS["polars"]).frame)
