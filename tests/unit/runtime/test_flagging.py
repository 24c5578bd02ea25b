"""What deserves a second look is flagged alike in one row and in many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.domain.columns import ColumnKind, InputColumn
from modelyard.domain.predictions import Flag, FlagKind
from modelyard.runtime.flagging import Flagger
from modelyard.runtime.reading import InputReader

INPUTS = (
    InputColumn("age", ColumnKind.INTEGER, minimum=18.0, maximum=65.0),
    InputColumn("since", ColumnKind.DATETIME, minimum=0.0, maximum=86_400_000_000.0),
    InputColumn("unknown", ColumnKind.NUMERIC),
    InputColumn("city", ColumnKind.CATEGORY, categories=("Prague", "Brno")),
    InputColumn("note", ColumnKind.TEXT),
)
USUAL = {"age": 30, "since": "1970-01-01", "unknown": 7, "city": "Brno", "note": "anything"}
READER = InputReader(INPUTS, ())


def _row(**changed: object) -> tuple[Flag, ...]:
    return Flagger(INPUTS).row(READER.read_cells(USUAL | changed))


def test_a_usual_row_is_not_flagged() -> None:
    assert _row() == ()


@pytest.mark.parametrize(
    ("column", "cell", "kind", "sample"),
    [
        ("age", 66, FlagKind.OUT_OF_RANGE, ("66",)),
        ("age", 17, FlagKind.OUT_OF_RANGE, ("17",)),
        ("age", None, FlagKind.MISSING_VALUE, ()),
        ("since", "1971-02-03", FlagKind.OUT_OF_RANGE, ("1971-02-03T00:00:00",)),
        ("unknown", None, FlagKind.MISSING_VALUE, ()),
        ("city", "Oslo", FlagKind.UNSEEN_CATEGORY, ("Oslo",)),
        ("city", None, FlagKind.MISSING_VALUE, ()),
        ("note", "", FlagKind.MISSING_VALUE, ()),
    ],
)
def test_an_odd_cell_is_flagged_with_what_came(
    column: str, cell: object, kind: FlagKind, sample: tuple[str, ...]
) -> None:
    assert _row(**{column: cell}) == (Flag(column, kind, 1, (1,), sample),)


@pytest.mark.parametrize("age", [18, 65])
def test_the_ends_of_the_training_range_are_within_it(age: int) -> None:
    assert _row(age=age) == ()


def test_flags_of_many_rows_count_them_and_name_the_first() -> None:
    rows = [USUAL | {"age": 70 + at, "city": None} for at in range(20)]
    age, city = Flagger(INPUTS).rows(READER.read_rows(rows))
    assert age == Flag(
        "age", FlagKind.OUT_OF_RANGE, 20, tuple(range(1, 11)), ("70", "71", "72", "73", "74")
    )
    assert (city.kind, city.n_rows) == (FlagKind.MISSING_VALUE, 20)


def test_no_rows_are_not_flagged() -> None:
    blocks = READER.read_columns({name: np.array([], dtype=object) for name in USUAL})
    assert Flagger(INPUTS).rows(blocks) == ()


CELLS = {
    "age": st.none() | st.integers(0, 99),
    "since": st.none() | st.sampled_from(["1970-01-01", "1971-02-03", "0001-01-01"]),
    "unknown": st.none() | st.floats(-9, 9),
    "city": st.none() | st.sampled_from(["Brno", "Oslo", ""]),
    "note": st.none() | st.text(max_size=3),
}


@given(st.fixed_dictionaries(CELLS))
def test_a_row_is_flagged_alone_as_it_is_among_many(row: dict[str, object]) -> None:
    alone = Flagger(INPUTS).row(READER.read_cells(row))
    assert alone == Flagger(INPUTS).rows(READER.read_rows([row]))
