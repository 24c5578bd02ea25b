"""What every check on the shelf must keep, whoever wrote it."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from modelyard.catalog import Catalog
from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.fixes import Fix
from modelyard.domain.tables import Table
from modelyard.domain.tasks import Task
from modelyard.engine.profiling import profile
from modelyard.protocols.checks import CheckInput

CHECKS = Catalog().checks()
N = 1_200


def _table(columns, kinds):
    frame = pl.DataFrame(columns)
    return Table(
        frame, tuple(Column(name, kind) for name, kind in zip(columns, kinds, strict=True))
    )


def _subject(table, target, task):
    features = tuple(name for name in table.names if name != target)
    return CheckInput(table, profile(table), target, task, features, np.random.default_rng(0))


def _clean():
    """Return a table with every kind of column that is trained on, and nothing wrong."""
    rng = np.random.default_rng(1)
    x, z = rng.normal(size=N), rng.poisson(40, N)
    holes = rng.random(N) < 0.05
    y = x + 0.05 * z + rng.normal(size=N)
    columns = {
        "measured": pl.Series(np.where(holes, np.nan, x)).fill_nan(None),
        "counted": z,
        "is_open": rng.random(N) < 0.3,
        "colour": rng.choice(["red", "green", "blue"], N).tolist(),
        "on": pl.Series(rng.permutation(N) * 86_400_000_000).cast(pl.Datetime("us")),
        "value": y,
        "class": np.where(y > 2, "high", "low").tolist(),
    }
    kinds = ("numeric", "integer", "boolean", "category", "datetime", "numeric", "category")
    return _table(columns, [ColumnKind(kind) for kind in kinds])


def _weird():
    """Return a table with each plain fault that a column can have."""
    rng = np.random.default_rng(2)
    y = np.where(np.arange(N) < N - 1, rng.choice(["a", "b"], N, p=[0.05, 0.95]), "c")
    unknown = np.arange(N) % 30 == 0
    number = rng.normal(size=N)
    columns = {
        "y": [None if gap else label for gap, label in zip(unknown, y, strict=True)],
        "copy": y.tolist(),
        "late": [None if gap else 1.5 * n for n, gap in enumerate(unknown)],
        "gone": pl.Series([None] * N, dtype=pl.Float64),
        "one": [1] * N,
        "half": [1.0 * n if n % 2 else None for n in range(N)],
        "twin": [1.0 * n if n % 2 else None for n in range(N)],
        "key": [f"k{n}" for n in range(N)],
        "note": ["text"] * N,
        "many": [f"m{n // 2}" for n in range(N)],
        "endless": np.where(np.arange(N) == 3, np.inf, number),
        "huge": number * 1e305,
        "rarely": (np.arange(N) == 5).tolist(),
        "far": np.where(np.arange(N) == 7, 1e6, number),
        "nearby": np.where(np.arange(N) == 7, 1e6, number) * 2 + 1e-6 * number,
        "mixed": ["unknown" if n % 9 == 0 else str(n) for n in range(N)],
        "plate": [f"{n % 90:05d}" for n in range(N)],
        "when": [f"0{n % 9 + 1}/0{n % 7 + 1}/2024" for n in range(N)],
        "town": ["NY" if n % 2 else "ny " if n % 3 else "Rome" for n in range(N)],
    }
    kinds = ["category", "category", "numeric", "numeric", "integer", "numeric", "numeric"]
    kinds += ["identifier", "text", "category", "numeric", "numeric"]
    kinds += ["boolean", "numeric", "numeric"]
    kinds += ["category", "category", "category", "category"]
    return _table(columns, [ColumnKind(kind) for kind in kinds])


SUBJECTS = {
    "clean": lambda: _subject(_clean().drop(["class"]), "value", Task.REGRESSION),
    "weird": lambda: _subject(_weird(), "y", Task.MULTICLASS),
    "weird, profiled only": lambda: _subject(_weird(), None, None),
    "one row": lambda: _subject(_weird().take(np.array([1])), "y", Task.BINARY),
    "one row, profiled only": lambda: _subject(_weird().take(np.array([1])), None, None),
    "repeated rows": lambda: _subject(
        _weird().take(np.repeat(np.arange(1, 90), 3)), "y", Task.BINARY
    ),
    "number as target": lambda: _subject(_weird(), "late", Task.REGRESSION),
    "constant target": lambda: _subject(_weird(), "one", Task.BINARY),
    "target missing throughout": lambda: _subject(_weird(), "gone", Task.REGRESSION),
    "no features": lambda: _subject(_weird().select(["y"]), "y", Task.MULTICLASS),
}


@pytest.mark.parametrize("key", CHECKS)
def test_card_tells_key_title_and_codes(key):
    card = CHECKS[key].card
    assert card.key == key
    assert card.title
    assert card.codes
    assert all(code == code.lower() and " " not in code for code in card.codes)


def test_no_code_stands_on_two_cards():
    codes = [code for check in CHECKS.values() for code in check.card.codes]
    assert len(codes) == len(set(codes))


def test_every_code_on_a_card_is_reported_by_some_subject():
    reported = {
        finding.code
        for build in SUBJECTS.values()
        for check in CHECKS.values()
        for finding in check.check(build())
    }
    promised = {code for check in CHECKS.values() for code in check.card.codes}
    # Sums, spans, groups and sorted rows need a table of their own; tests/unit/checks plants them.
    planted = {"leakage-sum", "leakage-date", "leakage-group", "leakage-order", "skewed-target"}
    planted |= {"many-classes", "conflicting-labels", "dressed-number-column"}
    planted |= {"leakage-suspect", "leakage-product", "rows-in-time-order"}
    # Sequences are of no kind that is found.
    planted |= {"ragged-sequences-column"}
    # And pictures need files.
    planted |= {"unreadable-pictures", "near-duplicate-pictures", "pictures-across-parts"}
    planted |= {"untaught-class"}
    planted |= {"mislabelled-pictures", "odd-size-pictures", "odd-brightness-pictures"}
    assert promised - reported <= planted


@pytest.mark.parametrize(
    ("left_out", "target", "task"),
    [("class", "value", Task.REGRESSION), ("value", "class", Task.BINARY)],
    ids=["regression", "classification"],
)
@pytest.mark.parametrize("key", CHECKS)
def test_clean_table_has_no_finding(key, left_out, target, task):
    subject = _subject(_clean().drop([left_out]), target, task)
    assert list(CHECKS[key].check(subject)) == []


@pytest.mark.parametrize("build", SUBJECTS.values(), ids=SUBJECTS)
@pytest.mark.parametrize("key", CHECKS)
def test_findings_keep_to_the_card_and_to_the_table(key, build):
    subject = build()
    for finding in CHECKS[key].check(subject):
        assert finding.code in CHECKS[key].card.codes
        assert finding.message.endswith(".")
        assert finding.fix.endswith(".")
        assert set(finding.columns) <= set(subject.table.names)
        assert set(finding.drops) <= set(subject.features)
        assert len(finding.sample) <= 5
        assert len(finding.rows) <= 10
        assert all(1 <= row <= subject.table.n_rows for row in finding.rows)
        assert finding.is_accepted_by(frozenset({finding.name}))
        assert [str(Fix.read(fix)) for fix in finding.fixes] == list(finding.fixes)
        assert finding.safe_fix in {"", *finding.fixes}
        assert set(finding.rows) <= set(finding.all_rows or finding.rows)


@pytest.mark.parametrize("build", SUBJECTS.values(), ids=SUBJECTS)
@pytest.mark.parametrize("key", CHECKS)
def test_equal_subjects_have_equal_findings(key, build):
    assert list(CHECKS[key].check(build())) == list(CHECKS[key].check(build()))


@pytest.mark.parametrize("key", CHECKS)
def test_nothing_about_a_target_is_said_where_there_is_none(key):
    subject = _subject(_clean(), None, None)
    assert list(CHECKS[key].check(subject)) == []


@pytest.mark.parametrize("key", CHECKS)
def test_columns_that_are_not_trained_on_are_not_reported(key):
    subject = replace(_subject(_weird(), "y", Task.MULTICLASS), features=())
    reported = {name for finding in CHECKS[key].check(subject) for name in finding.columns}
    assert reported <= {"y"}
