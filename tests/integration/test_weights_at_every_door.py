"""A column of weights weighs what is measured, at once and later, and is asked for at each door."""

import numpy as np
import polars as pl
import pytest

import modelyard

N_ROWS = 120
OPTIONS = {"target": "y", "algorithm": "logistic-regression"}


def frame():
    rng = np.random.default_rng(0)
    x = rng.normal(size=N_ROWS)
    y = np.where(x + rng.normal(size=N_ROWS) > 0, "yes", "no")
    weight = rng.integers(1, 30, N_ROWS)
    return pl.DataFrame({"x": x, "z": rng.normal(size=N_ROWS), "w": weight, "y": y})


def test_a_later_evaluation_is_weighed_where_the_column_is_there():
    data = frame()
    model = modelyard.train(data, weight="w", **OPTIONS)
    is_right = np.array(model.predict(data)) == data["y"].to_numpy()
    for rows, weight in ((data, data["w"].to_numpy()), (data.drop("w"), None)):
        measured = {each.key: each.value for each in model.evaluate(rows).metrics}
        assert measured["accuracy"] == pytest.approx(np.average(is_right, weights=weight))


def test_weights_are_told_with_their_range_and_what_they_look_like(done, put):
    data = frame().with_columns((pl.col("w") * 37).cast(pl.String).str.zfill(5).alias("zip"))
    asked = ("--target", "y", "--algorithm", "logistic-regression", "--json")
    path = put("data.csv", data.write_csv())

    plain = done("train", path, *asked, "--weight", "w")["read"]["notes"]
    (odd,) = done("train", path, *asked, "--weight", "zip")["read"]["notes"]

    assert plain == ["Rows weigh by 'w', from 1 to 29."]
    assert odd.startswith("Rows weigh by 'zip', from 37 to 1073. It looks like ")
    assert "not like weights" in odd


def test_the_command_line_and_python_weigh_alike(done, put):
    data = put("data.csv", frame().write_csv())
    asked = ("--target", "y", "--algorithm", "logistic-regression", "--weight", "w")
    told = done("train", data, *asked, "--class-weight", "yes=3", "--json")
    model = modelyard.train(data, weight="w", class_weight={"yes": 3}, **OPTIONS)
    plain = modelyard.train(data, drop="w", **OPTIONS)
    for key in ("accuracy", "log-loss"):
        value = told["metrics"][key]["value"]
        assert value == model.metrics[key]["value"]
        assert value != plain.metrics[key]["value"]


def test_a_word_is_encoded_by_the_weights_of_its_rows():
    data = pl.DataFrame(
        {
            "word": ["ab"[at % 2] for at in range(200)],
            "w": [9 if at % 4 < 2 else 1 for at in range(200)],
            "y": [float(at % 4 < 2) + at % 7 / 100 for at in range(200)],
        }
    )
    asked = {"target": "y", "algorithm": "ridge", "categorical_encoding": "target"}
    weighed = modelyard.train(data, weight="w", **asked)
    plain = modelyard.train(data, drop="w", **asked)

    def means(model):
        (step,) = [each for each in model.opened.package.recipe.stages if each.inputs == ("word",)]
        return np.ravel(step.step.values)

    assert means(weighed) == pytest.approx(0.93, abs=0.02)
    assert means(plain) == pytest.approx(0.53, abs=0.06)


def test_a_negative_weight_is_refused_with_its_row(cli, put):
    data = frame().with_columns(pl.when(pl.col("w") == 7).then(-7).otherwise("w").alias("w"))
    row = int(np.flatnonzero(data["w"].to_numpy() == -7)[0]) + 1
    ending = cli(
        "train", put("data.csv", data.write_csv()), "--target", "y", "--weight", "w", "--json"
    )
    assert (ending.code, ending.error["row"], ending.error["sample"]) == (3, row, "-7")


def test_the_rows_behind_sets_rank_by_what_they_weigh():
    data = frame()
    ranked = modelyard.train(data, weight="w", **OPTIONS).opened.conformal
    plain = modelyard.train(data, drop="w", **OPTIONS).opened.conformal

    assert ranked.n_rows == plain.n_rows == plain.n_counted
    assert ranked.n_counted < 0.95 * ranked.n_rows
