"""A Python user is warned where a column is read in another way than it was in training."""

import warnings

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard.workbench.models import ValuesNotSeen


@pytest.fixture
def model(put):
    drawn = np.random.default_rng(0).integers(0, 20, (2, 200))
    codes = [f"{code:05d}" for code in drawn[0]]
    labels = np.where(drawn.sum(axis=0) < 20, "few", "many")
    data = put("codes.csv", pl.DataFrame({"code": codes, "y": labels}).write_csv())
    return modelyard.train(data, target="y", algorithm="logistic-regression")


def test_codes_that_have_lost_their_zeros_are_warned_of(model):
    with pytest.warns(ValuesNotSeen, match="30 of 30 rows hold values in 'code'") as told:
        model.predict_proba(pl.DataFrame({"code": list(range(1, 16)) * 2}))
    assert told[0].filename == __file__
    assert told[0].message.flags[0].column == "code"


def test_values_that_are_known_are_not_warned_of(model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict(pl.DataFrame({"code": ["00001", "00002", "7"] * 10}))
