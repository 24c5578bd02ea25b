"""A metric of absolute errors teaches medians, from the baseline to what is ejected."""

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard.bootstrap import open_project
from modelyard.protocols.progress import Silence

pytestmark = pytest.mark.processes


@pytest.fixture
def data(put):
    rng = np.random.default_rng(5)
    x = rng.normal(size=400)
    y = np.exp(2 + x + 1.2 * rng.normal(size=400))
    return put("bills.csv", pl.DataFrame({"size": x, "bill": y}).write_csv())


def absolute(model):
    return model.manifest.metrics["mae"]


def test_the_baseline_is_the_median(data):
    mean, median = (
        modelyard.train(data, target="bill", algorithm="ridge", metric=metric)
        for metric in ("rmse", "mae")
    )
    bills = np.loadtxt(data, delimiter=",", skiprows=1)[:, 1]
    assert absolute(median)["baseline"] < 0.9 * absolute(mean)["baseline"]
    lowest = np.mean(np.abs(bills - np.median(bills)))
    assert absolute(median)["baseline"] == pytest.approx(lowest, rel=0.5)


@pytest.mark.parametrize("algorithm", ["lightgbm", "blending"])
def test_a_model_that_is_judged_by_absolute_errors_makes_them_small(data, algorithm):
    squared, small = (
        modelyard.train(data, target="bill", algorithm=algorithm, metric=metric)
        for metric in ("rmse", "mae")
    )
    assert absolute(small)["value"] < absolute(squared)["value"]


def test_automl_makes_them_small_and_what_it_ejects_does_too(data, tmp_path):
    told = {"n_trials": 3, "only": ["lightgbm"], "deterministic": True}
    squared, small = (
        modelyard.train(data, target="bill", metric=metric, name=metric, serve="fast", **told)
        for metric in ("rmse", "mae")
    )
    assert absolute(small)["value"] < absolute(squared)["value"]
    ejected = open_project().ejecting.eject("mae", out=tmp_path / "out", progress=Silence())
    assert ejected.found == pytest.approx(absolute(small)["value"], rel=1e-6)
