"""A fix changes what is learned, what is told, and what a served cell means, all in one way."""

import json

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard.domain.errors import InvalidValue, MissingColumns

N = 300
FAST = {"algorithm": "logistic-regression"}


def _table():
    rng = np.random.default_rng(4)
    x = rng.normal(size=N)
    x[3] = 1e6
    town = rng.choice(["NY", "ny ", "Rome", "rome", "Oslo"], N)
    age = ["unknown" if n % 9 == 0 else str(20 + n % 50) for n in range(N)]
    noise = rng.normal(size=N) / 2
    y = np.where(x + (np.char.lower(np.char.strip(town)) == "ny") + noise > 0.3, "yes", "no")
    return pl.DataFrame(
        {
            "x": x,
            "town": town.tolist(),
            "age": age,
            "on": [f"0{n % 9 + 1}/0{n % 7 + 1}/2024" for n in range(N)],
            "copy": [label.upper() for label in y.tolist()],
            "y": y.tolist(),
        }
    )


@pytest.fixture(scope="module")
def model():
    asked = {"all": "recommended", "outlier-values": "clip-outliers", "on": "as-date:%d/%m/%Y"}
    return modelyard.train(_table(), target="y", fixes=asked, **FAST)


ROW = {"x": 0.1, "town": "NY", "age": "40", "on": "05/06/2024"}


def _score(model, **cells):
    return model.predict_row({**ROW, **cells}).probabilities["yes"]


def test_the_command_tells_what_it_mended_or_that_there_was_nothing_to_mend(cli, put):
    from rows import QUICK, table

    data = put("spoilt.csv", _table().write_csv())
    ending = cli("train", data, *QUICK, "--fix", "leakage-copy")
    assert ending.code == 0
    assert "Fixes:\n  Left 'copy' out" in ending.out
    ending = cli("train", put("sound.csv", table()), *QUICK, "--fix", "all")
    assert "Fixes: none was applied" in ending.out
    assert "Fixes" not in cli("train", put("sound.csv", table()), *QUICK).out


def test_where_no_fix_is_recommended_the_ones_to_choose_from_are_told(cli, put):
    from rows import QUICK

    far = put("far.csv", _table().select("x", "y").write_csv())
    ending = cli("train", far, *QUICK, "--fix", "all")
    assert "Fixes: none was applied: no finding that is left" in ending.out
    assert "  --fix outlier-values:x=clip-outliers" in ending.out


def test_recommended_fixes_let_a_training_pass_that_leakage_stops(model):
    assert [column.name for column in model.manifest.inputs] == ["x", "town", "age", "on"]
    assert "leakage-copy:copy" not in {finding.name for finding in model.findings}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"town": "nY"}, {"town": "NY"}),
        ({"age": "unknown"}, {"age": None}),
        ({"x": 1e9}, {"x": 1e5}),
    ],
    ids=["spelling", "missing", "outlier"],
)
def test_served_cells_mean_what_they_meant_in_the_training(model, left, right):
    assert _score(model, **left) == _score(model, **right)
    rows = [{**ROW, **left}, {**ROW, **right}]
    first, second = model.predict_proba(pl.DataFrame(rows, strict=False))["probability_yes"]
    assert first == second == _score(model, **left)


def test_dates_are_served_in_the_format_that_was_named(model):
    (on,) = (column for column in model.manifest.inputs if column.name == "on")
    assert (on.kind, on.datetime_format) == ("datetime", "%d/%m/%Y")
    assert _score(model, on="25/06/2024") >= 0


def test_fixes_stand_in_run_report_and_manifest(model):
    assert model.run.config["fixes"]["outlier-values"] == "clip-outliers"
    told = {(fix["finding"], fix["fix"]) for fix in model.manifest.extra["fixes"]}
    assert ("leakage-copy:copy", "drop-column") in told
    assert ("outlier-values:x", "clip-outliers") in told
    report = model.report().read_text(encoding="utf-8")
    assert "What was mended" in report
    assert "--fix all=recommended" in report


def test_rows_that_are_dropped_teach_nothing_and_still_test():
    rng = np.random.default_rng(0)
    x = rng.normal(size=N)
    once = pl.DataFrame({"x": x, "y": x + rng.normal(size=N)})
    twice = pl.concat([once, once.head(60)])
    plain = modelyard.train(twice, target="y", algorithm="linear-regression")
    fixed = modelyard.train(
        twice, target="y", algorithm="linear-regression", fixes=["duplicate-rows"]
    )
    assert fixed.evaluation.n_rows == plain.evaluation.n_rows
    n_taught = [
        json.loads(each.opened.package.contents["statistics.json"])["n_rows"]
        for each in (plain, fixed)
    ]
    assert n_taught[1] < n_taught[0]


def test_a_group_that_shares_its_answer_is_kept_together(cli, put):
    rng = np.random.default_rng(0)
    shop = np.repeat(rng.permutation(60), 6)
    level = rng.normal(size=60)[shop]
    lines = [
        f"{s},{n},{v:.3f}"
        for s, n, v in zip(
            shop.tolist(), rng.integers(0, 9, 360).tolist(), level.tolist(), strict=True
        )
    ]
    data = put("shops.csv", "\n".join(["shop,n,y", *lines]))
    fast = ("--target", "y", "--algorithm", "linear-regression")
    assert cli("train", data, *fast).code == 2
    ending = cli("train", data, *fast, "--fix", "leakage-group")
    assert (ending.code, "shop" in ending.out) == (0, True)


def test_a_fix_that_a_finding_does_not_offer_is_refused():
    with pytest.raises(InvalidValue, match="offers no fix"):
        modelyard.train(_table(), target="y", fixes={"leakage-copy": "merge-spellings"}, **FAST)


def test_a_fix_of_a_column_that_is_not_there_is_refused():
    with pytest.raises(MissingColumns):
        modelyard.train(_table(), target="y", fixes={"towm": "merge-spellings"}, **FAST)


def test_a_word_that_is_no_fix_is_refused_before_anything_is_read():
    with pytest.raises(InvalidValue, match="no fix"):
        modelyard.train("nowhere.csv", target="y", fixes={"town": "merge"})
