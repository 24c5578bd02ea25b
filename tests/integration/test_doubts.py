"""What a good figure hides is said at every door, and where a figure is missing, why."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

QUICK = ("--target", "y", "--algorithm", "logistic-regression")


@pytest.fixture
def leaky(put):
    rng = np.random.default_rng(2)
    is_yes = rng.random(400) < 0.4
    table = pl.DataFrame(
        {
            "age": rng.integers(20, 60, 400),
            "size": rng.normal(size=400),
            "closed": np.where(is_yes, 3.0, -3.0) + rng.normal(size=400) / 4,
            "y": np.where(is_yes, "yes", "no").tolist(),
        }
    )
    return put("leaky.csv", table.write_csv())


def test_a_column_that_carries_everything_is_named_once_the_model_is_measured(leaky, cli):
    asked = (*QUICK, "--accept", "leakage-single")
    told = cli("train", leaky, *asked, "--json").document
    (doubt,) = told["doubts"]
    said = cli("train", leaky, *asked).out

    assert doubt.startswith("Too good to be true?")
    assert "'closed' alone carries it" in doubt
    assert f"Doubt: {doubt}" in said
    page = Path(told["report"]).read_text(encoding="utf-8")
    assert "Too good to be true?" in page


def test_rows_of_one_class_leave_metrics_without_a_value_and_with_a_reason(leaky, cli, put):
    cli("train", leaky, *QUICK, "--drop", "closed", "--name", "m")
    rows = pl.read_csv(leaky).filter(pl.col("y") == "no")
    ending = cli("evaluate", "m", put("no.csv", rows.write_csv()))

    assert ending.code == 0
    assert "ROC-AUC: not defined where the rows hold one class alone." in ending.out


@pytest.mark.parametrize("noun", ["models", "runs"])
def test_a_list_of_fewer_than_one_is_refused(noun, cli):
    ending = cli(noun, "list", "--limit", "-1")

    assert ending.code != 0
    assert "-1 is not in the range" in ending.err


def test_one_of_something_is_told_as_one(leaky, cli):
    cli("train", leaky, *QUICK, "--drop", "closed")

    assert cli("models", "list").out.splitlines()[0].strip() == "1 model"
    database = next(line for line in cli("doctor").out.splitlines() if "database" in line)
    assert database.split()[-2:] == ["1", "training"]
