"""The page of a profile shows every column, what was found and how to mend it."""

import re

import numpy as np
import polars as pl
import pytest

from modelyard.domain.columns import Column, ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.tables import SourceFacts, Table
from modelyard.engine.profiling import profile
from modelyard.engine.relating import relate
from modelyard.reporting.profile_pages import ProfileSubject, render_profile

N = 120
NASTY = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def page():
    rng = np.random.default_rng(0)
    x = rng.normal(size=N)
    columns = {
        "x": x,
        "twice": 2 * x,
        "few": rng.integers(0, 3, N),
        NASTY: [NASTY if n % 2 else "ok" for n in range(N)],
        "gap": pl.Series(np.where(x > 1, np.nan, x)).fill_nan(None),
        "on": pl.Series(np.arange(N) * 86_400_000_000).cast(pl.Datetime("us")),
        "note": [f"a long text of many words {n}" for n in range(N)],
        "is_open": [n % 3 == 0 for n in range(N)],
        "empty": pl.Series([None] * N, dtype=pl.Float64),
    }
    kinds = ["numeric", "numeric", "integer", "category", "numeric", "datetime", "text", "boolean"]
    kinds.append("numeric")
    named = zip(columns, kinds, strict=True)
    table = Table(pl.DataFrame(columns), tuple(Column(n, ColumnKind(k)) for n, k in named))
    described = profile(table)
    finding = Finding(
        "near-duplicate-column",
        Severity.INFO,
        "Nearly the same.",
        ("twice",),
        fix="Drop one.",
        fixes=("drop-column",),
    )
    subject = ProfileSubject(
        title=NASTY,
        profile=described,
        relations=relate(table, described),
        findings=(finding,),
        source=SourceFacts("csv", notes=("A note.",)),
        target="x",
        task="regression",
    )
    return render_profile(subject)


def test_every_column_has_a_card_with_its_picture(page):
    assert len(re.findall(r'<div class="card[ "]', page)) == 9
    assert page.count("Histogram of") == 4
    assert "a long text" not in page
    assert ">words<" in page


def test_what_was_found_is_told_with_the_fix_that_a_configuration_names(page):
    assert "--fix near-duplicate-column:twice=drop-column" in page


def test_associations_and_gaps_are_drawn(page):
    assert "x and twice: 1.00" in page
    assert "Columns that are missing together" in page


def test_nothing_of_the_data_becomes_markup_and_nothing_is_loaded(page):
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="', page)


def test_an_empty_table_has_a_page():
    table = Table(pl.DataFrame(), ())
    described = profile(table)
    subject = ProfileSubject("t", described, relate(table, described), (), SourceFacts("memory"))
    assert "No cell is missing." in render_profile(subject)
