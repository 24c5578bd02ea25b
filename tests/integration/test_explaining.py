"""Explanations at every door: the same numbers, and refusals that say what to do."""

import json

import numpy as np
import pytest

from modelyard.domain.errors import InvalidValue, UnknownKey
from modelyard.domain.explanations import Method, Scale
from modelyard.workbench.training import train

ROW = {"size": 0.9, "age": 40, "word": "a", "big": True, "since": "2020-03-04"}


@pytest.fixture
def table():
    rng = np.random.default_rng(1)
    size, age = rng.random(300), rng.integers(20, 60, 300)
    chance = 1 / (1 + np.exp(-(4 * size - 2 + (age - 40) / 20)))
    return {
        "size": size.tolist(),
        "age": age.tolist(),
        "word": rng.choice(["a", "b", "c"], 300).tolist(),
        "big": (rng.random(300) < 0.5).tolist(),
        "since": [f"2020-0{month}-04" for month in rng.integers(1, 10, 300)],
        "answer": np.where(rng.random(300) < chance, "yes", "no").tolist(),
    }


@pytest.fixture
def model(table):
    return train(table, target="answer", algorithm="logistic-regression", name="why")


def test_python_explains_one_row_and_many_alike(model):
    (single,) = model.explain(ROW)
    several = model.explain([ROW, ROW | {"word": None}])
    assert several[0] == single
    assert len(several) == 2
    assert single.method is Method.LINEAR
    moved = sum(each.amount for each in single.contributions)
    assert single.base + moved == pytest.approx(single.score, abs=1e-9)
    assert 1 / (1 + np.exp(-single.score)) == pytest.approx(single.answer, abs=1e-9)


def test_cells_are_told_as_a_person_writes_them(model):
    (found,) = model.explain(ROW | {"word": None})
    cells = {each.column: each.cell for each in found.contributions}
    assert cells["age"] == 40
    assert cells["big"] is True
    assert cells["word"] is None
    assert str(cells["since"]).startswith("2020-03-04")


def test_the_explanation_of_one_class_is_the_other_way_round_for_the_other(model):
    (yes,), (no,) = model.explain(ROW, label="yes"), model.explain(ROW, label="no")
    assert yes.score == pytest.approx(-no.score)
    assert yes.answer == pytest.approx(1 - no.answer)
    amounts = {each.column: each.amount for each in no.contributions}
    assert all(each.amount == pytest.approx(-amounts[each.column]) for each in yes.contributions)


def test_every_form_of_a_row_is_explained_alike_by_the_command(model, done, put):
    path = put("rows.csv", "size,age,word,big,since\n0.1,30,b,false,2020-01-04\n"
               "0.9,40,a,true,2020-03-04\n")  # fmt: skip
    by_json = done("explain", "why", json.dumps(ROW))
    pairs = [f"{column}={cell}" for column, cell in ROW.items()]
    assert done("explain", "why", *pairs) == by_json
    assert done("explain", "why", path, "--row", 2) == by_json
    (expected,) = model.explain(ROW)
    assert by_json["score"] == expected.score
    assert [each["amount"] for each in by_json["contributions"]] == [
        each.amount for each in expected.contributions
    ]


def test_the_columns_that_are_not_shown_are_summed_up(model, done):
    whole = done("explain", "why", json.dumps(ROW))
    part = done("explain", "why", json.dumps(ROW), "--top", 2)
    assert len(part["contributions"]) == 2
    assert part["others"]["n_columns"] == 3
    rest = sum(each["amount"] for each in whole["contributions"][2:])
    assert part["others"]["amount"] == pytest.approx(rest, abs=1e-12)
    assert whole["others"] == {"n_columns": 0, "amount": 0, "error": 0}


def test_a_person_sees_a_bar_a_column_and_what_it_adds_up_to(model, cli):
    ending = cli("explain", "why", json.dumps(ROW), "--top", "3")
    assert ending.code == 0
    assert "Answer: answer = yes with probability" in ending.out
    assert "2 others" in ending.out
    assert "█" in ending.out
    assert "Exact, from the weights of the model." in ending.out


def test_without_a_row_the_strongest_columns_come_first(model, cli, done):
    found = done("explain", "why")
    sizes = [each["mean"] for each in found["weights"]]
    assert sizes == sorted(sizes, reverse=True)
    assert found["weights"][0]["column"] == "size"
    assert found["n_rows"] == 50
    assert found["weights"][0]["mean"] == model.explain_overall().weights[0].mean
    assert "What moves answers" in cli("explain", "why").out


def test_a_model_that_is_asked_says_how_sure_it_is(table, done):
    more = {f"x{at}": np.random.default_rng(at).random(300).tolist() for at in range(6)}
    train(table | more, target="answer", algorithm="naive-bayes", name="asked")
    row = ROW | dict.fromkeys(more, 0.5)
    found = done("explain", "asked", json.dumps(row))
    assert found["method"] == "sampling"
    assert found["is_exact"] is False
    assert found["contributions"][0]["error"] > 0
    moved = sum(each["amount"] for each in found["contributions"]) + found["others"]["amount"]
    assert found["base"] + moved == pytest.approx(found["score"], abs=1e-9)


def test_a_regression_is_explained_in_its_own_unit(table):
    model = train(table, target="size", algorithm="ridge", name="sizes")
    row = {name: cell for name, cell in ROW.items() if name != "size"} | {"answer": "yes"}
    (found,) = model.explain(row)
    assert (found.label, found.scale) == (None, Scale.VALUE)
    assert found.score == pytest.approx(found.answer, rel=1e-9)
    with pytest.raises(InvalidValue, match="no classes"):
        model.explain(row, label="yes")


def test_a_label_that_is_none_is_refused(model):
    with pytest.raises(UnknownKey, match="'ja'"):
        model.explain(ROW, label="ja")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("{nonsense",), "not JSON"),
        (("[1]",), "--row says which"),
        (('{"size": [1, 2]}',), "one JSON object"),
        (("{}", "{}"), "2 came"),
        (("rows.csv",), "--row says which"),
        (("size=1", "--row", "1"), "--row and --query go with a file"),
        (("--class", "yes"), "--class goes with a row"),
        (("size=1", "age"), "A row is written column=value; 'age' came."),
    ],
)
def test_what_is_no_row_is_refused_before_a_package_is_opened(cli, arguments, said):
    ending = cli("explain", "no such model", *arguments)
    assert ending.code == 4
    assert said in ending.err


def test_a_row_that_the_file_does_not_have_is_refused(model, cli, put):
    put("rows.csv", "size,age,word,big,since\n0.1,30,b,false,2020-01-04\n")
    for number in (0, 2):
        ending = cli("explain", "why", "rows.csv", "--row", number)
        assert ending.code == 4
        assert "the rows are 1 to 1" in ending.err


def test_a_row_that_lacks_a_column_is_refused_by_its_name(model, cli):
    ending = cli("explain", "why", "size=1")
    assert ending.code != 0
    assert "The row lacks 'age', 'word', 'big', 'since'." in ending.err
    assert "Give every column of the model, 'age=…' as well" in ending.err


def test_a_column_that_is_left_empty_is_unknown(model, done):
    whole = {name: str(cell) for name, cell in ROW.items()} | {"word": ""}
    told = done("explain", "why", *(f"{n}={cell}" for n, cell in whole.items()), "--json")
    assert next(each["cell"] for each in told["contributions"] if each["column"] == "word") is None
