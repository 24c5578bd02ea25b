"""Each column is summed up by what its kind allows."""

import pytest

from modelyard.domain.columns import ColumnKind
from modelyard.domain.profiles import ColumnProfile, TableProfile
from modelyard.reporting.columns import column_views

DAY = 86_400_000_000.0


def viewed(kind=ColumnKind.NUMERIC, n_rows=100, **facts):
    facts = {"n_missing": 0, "n_unique": 5} | facts
    column = ColumnProfile("c", kind, "because", **facts)
    return column_views(TableProfile(n_rows, 0, (column,)), "target")[0]


@pytest.mark.parametrize(
    ("kind", "facts", "summary"),
    [
        (ColumnKind.NUMERIC, {"minimum": 1.5, "maximum": 2.5, "mean": 2.0}, "1.5 to 2.5, mean 2"),
        (ColumnKind.INTEGER, {"minimum": 1.0, "maximum": 2.0}, "1 to 2"),
        (ColumnKind.INTEGER, {"minimum": 1.0}, ""),
        (ColumnKind.DATETIME, {"minimum": 0.0, "maximum": DAY}, "1970-01-01 to 1970-01-02"),
        (
            ColumnKind.DATETIME,
            {"minimum": 60e6, "maximum": 1e300},
            "1970-01-01 00:01 to outside the calendar",
        ),
        (ColumnKind.CATEGORY, {"top_values": (("a", 50), ("b", 25))}, "a 50 %, b 25 %, 3 more"),
        (ColumnKind.CATEGORY, {"top_values": (("a", 50),), "n_unique": 1}, "a 50 %"),
        (
            ColumnKind.BOOLEAN,
            {
                "minimum": 0.0,
                "maximum": 1.0,
                "top_values": (("yes", 60), ("no", 40)),
                "n_unique": 2,
            },
            "yes 60 %, no 40 %",
        ),
        (ColumnKind.TEXT, {}, ""),
    ],
)
def test_a_column_is_summed_up(kind, facts, summary):
    assert viewed(kind, **facts).summary == summary


def test_missing_values_are_shares_and_stand_out_above_half():
    assert viewed().missing == "none"
    assert viewed(n_missing=25).missing == "25 %"
    assert not viewed(n_missing=50).is_often_missing
    assert viewed(n_missing=51).is_often_missing
