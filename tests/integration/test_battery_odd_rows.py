"""Odd rows to predict: what is no row is named, and every door says the same of the same row."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from rows import QUICK, answer, noise, number, table

import modelyard
from modelyard.bootstrap import Project, open_project
from modelyard.domain.errors import (
    AmbiguousHeader,
    DataError,
    MissingColumns,
    NoRows,
    UnparseableValue,
    UsageError,
)
from modelyard.settings import Settings
from modelyard.workbench.models import Model

HEADER = ("age", "rooms", "member", "city", "since", "y")
ROW = {"age": 41.5, "rooms": 3, "member": "yes", "city": "Oslo", "since": "2026-01-05"}


def _row(at: int) -> tuple[str, ...]:
    truth, city = ("yes", "no")[at % 2], ("Oslo", "Rome", "Bern")[at % 3]
    return (
        number(at),
        str(at % 6),
        truth,
        city,
        f"2026-0{at % 3 + 1}-{at % 27 + 1:02}",
        answer(at),
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project folder that the tests of this module share."""
    place = tmp_path_factory.mktemp("project")
    return open_project(Settings(place, f"sqlite:///{place}/m.db", place / "keys", threads=1))


@pytest.fixture(scope="module")
def model(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Return a model of columns of five kinds."""
    path = tmp_path_factory.mktemp("data") / "data.csv"
    path.write_text(table(_row, header=HEADER, n_rows=90))
    return modelyard.train(path, target="y", algorithm="logistic-regression", project=project)


def _doors(model: Model, rows: list[dict[str, Any]], at: int) -> list[Callable[[], Any]]:
    """Return how the row at a place is asked for: alone, among others, and by the runtime."""
    return [
        lambda: [model.predict_row(rows[at]).value],
        lambda: model.predict(rows)[at : at + 1],
        lambda: list(model.opened.predictor.predict_rows(rows).values)[at : at + 1],
    ]


@pytest.mark.parametrize("name", ROW)
def test_a_row_that_lacks_a_column_is_refused_at_every_door(name: str, model: Model) -> None:
    rows = [dict(ROW) for _ in range(4)]
    del rows[2][name]
    for ask in _doors(model, rows, 2):
        with pytest.raises(MissingColumns, match=f"lacks '{name}'") as caught:
            ask()
        assert caught.value.column == name
        assert caught.value.row in {None, 3}


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"age": [1]}, "age"),
        ({"age": {"value": 1}}, "age"),
        ({"age": np.array([1.0, 2.0])}, "age"),
        ({"age": 1j}, "age"),
        ({"age": "41,5"}, "age"),
        ({"age": "$41"}, "age"),
        ({"age": "41 %"}, "age"),
        ({"age": "4_1"}, "age"),
        ({"age": "41 years"}, "age"),
        ({"rooms": "three"}, "rooms"),
        ({"member": "perhaps"}, "member"),
        ({"member": 2}, "member"),
        ({"city": ["Oslo"]}, "city"),
        ({"city": b"Oslo"}, "city"),
        ({"city": "\ud800"}, "city"),
        ({"since": "05.01.2026"}, "since"),
        ({"since": 1_767_571_200}, "since"),
        ({"since": "10000-01-01"}, "since"),
        ({"since": True}, "since"),
    ],
    ids=str,
)
def test_a_value_that_does_not_fit_is_named_alike_at_every_door(change, column, model) -> None:
    rows = [dict(ROW) for _ in range(4)]
    rows[2] |= change
    told = set()
    for ask in _doors(model, rows, 2):
        with pytest.raises(UnparseableValue) as caught:
            ask()
        assert caught.value.column == column
        told.add(str(caught.value).encode().decode().replace("row 3", "row 1"))
    assert len(told) == 1


@pytest.mark.parametrize(
    ("change", "like"),
    [
        ({"rooms": "3.0"}, {"rooms": 3}),
        ({"rooms": "3e0"}, {"rooms": 3}),
        ({"age": "\u00a041.5 "}, {"age": 41.5}),
        ({"age": np.float32(41.5)}, {"age": 41.5}),
        ({"age": float("nan")}, {"age": None}),
        ({"age": "-inf"}, {"age": None}),
        ({"age": "1e400"}, {"age": None}),
        ({"age": 10**400}, {"age": None}),
        ({"age": "  "}, {"age": None}),
        ({"age": "#DIV/0!"}, {"age": None}),
        ({"member": "on"}, {"member": True}),
        ({"member": "TRUE"}, {"member": 1}),
        ({"member": "0"}, {"member": False}),
        ({"city": "NA"}, {"city": None}),
        ({"city": float("nan")}, {"city": None}),
        ({"city": "Atlantis"}, {"city": "z" * 100_000}),
        ({"since": "2026-01-05T02:00:00+02:00"}, {"since": "2026-01-05"}),
    ],
    ids=lambda change: str(change)[:40],
)
def test_what_is_written_otherwise_is_answered_alike(change, like, model) -> None:
    wanted = model.predict_row(ROW | like)
    assert model.predict_row(ROW | change) == wanted
    chances = model.predict_proba([ROW, ROW | change])[1]
    assert list(chances.values()) == pytest.approx(list(wanted.probabilities.values()))


@pytest.mark.parametrize("data", [[], {}, (), {name: [] for name in ROW}, pl.DataFrame()])
def test_no_rows_are_named(data, model) -> None:
    with pytest.raises(NoRows):
        model.predict(data)


@pytest.mark.parametrize(
    ("data", "piece"),
    [
        (iter([ROW]), "list(rows)"),
        ((row for row in [ROW]), "list(rows)"),
        (np.zeros((2, 5)), "Name its columns"),
        (pl.Series("age", [1.0]), "to_frame()"),
        ([ROW, None], "row 2"),
        ([[1, 2]], "row 1"),
        (ROW, "a single row is a list with one dict"),
        (None, "a list of rows"),
        (5, "a list of rows"),
        (b"age\n1\n", "a list of rows"),
        ([{1: 2}], "'age'"),
    ],
    ids=[
        "iterator",
        "generator",
        "array",
        "series",
        "none",
        "list",
        "row",
        "None",
        "5",
        "bytes",
        "key",
    ],
)
def test_what_is_no_table_is_named_with_the_way_out(data, piece, model) -> None:
    with pytest.raises((UsageError, MissingColumns)) as caught:
        model.predict(data)
    assert piece in str(caught.value)


@pytest.mark.parametrize("row", [None, "Oslo", [1, 2], 5, np.zeros(5)], ids=str)
def test_what_is_no_row_is_named(row, model) -> None:
    with pytest.raises(UsageError, match="A row must be a dict"):
        model.predict_row(row)


@pytest.mark.parametrize("row", [{}, {1: 2}, {"AGE": 1}], ids=str)
def test_a_row_of_other_columns_is_named(row, model) -> None:
    with pytest.raises(MissingColumns, match="lacks 'age', 'rooms', 'member', 'city', 'since'"):
        model.predict_row(row)


@pytest.mark.extras
def test_a_pandas_table_is_named_as_it_came(model) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([ROW, ROW])
    twice = pandas.concat([frame, frame[["city"]]], axis=1)
    with pytest.raises(AmbiguousHeader, match="'city' at positions 4, 6"):
        model.predict(twice)
    with pytest.raises(UsageError, match=r"to_frame\(\)"):
        model.predict(frame["age"])
    assert model.predict_row(frame.iloc[0]).value == model.predict_row(ROW).value


def test_the_first_bad_row_of_a_thousand_is_named_whatever_holds_them(model) -> None:
    rows = [ROW | {"age": "41"} for _ in range(1000)]
    rows[776]["age"] = "abc"
    columns = {name: [row[name] for row in rows] for name in ROW}
    asks = (model.predict, model.opened.predictor.predict_rows)
    for ask, data in [*((ask, rows) for ask in asks), (model.predict, columns)]:
        with pytest.raises(UnparseableValue, match="row 777 holds 'abc'"):
            ask(data)


def test_no_infinite_answer_leaves_a_model(project) -> None:
    rows = [
        {"x": float(number(at)), "z": noise(at), "y": float(number(at)) + noise(at + 99)}
        for at in range(80)
    ]
    model = modelyard.train(
        rows,
        target="y",
        algorithm="linear-regression",
        accept=["leakage-single:x"],
        project=project,
    )
    good = {"x": 1.0, "z": 0.5}
    asked: list[dict[str, float]] = [good, {"x": 1.7e308, "z": -1.7e308}, good]
    for ask in _doors(model, asked, 1):
        with pytest.raises(DataError, match="no finite answer for row"):
            ask()
    assert np.isfinite(model.predict([good])).all()


FORMS: dict[str, Callable[[str], bytes]] = {
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "decimal commas": lambda text: text.replace(",", ";").replace(".", ",").encode(),
    "carriage returns": lambda text: text.replace("\n", "\r").encode(),
    "names with spaces": lambda text: text.replace(",", " , ", 4).encode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_file_in_another_form_is_answered_alike(form, cli, done, put) -> None:
    text = table(_row, header=HEADER, n_rows=60)
    assert cli("train", put("data.csv", text), *QUICK).code == 0
    wanted = done("predict", "data@1", put("new.csv", text), "--proba")
    assert done("predict", "data@1", put("new.csv", form(text)), "--proba") == wanted


@pytest.mark.parametrize(
    ("change", "code", "pieces"),
    [
        (lambda text: text.upper(), "missing-columns", ("'AGE' for 'age'",)),
        (lambda text: text.replace(",", " "), "missing-columns", ("name the delimiter",)),
        (lambda text: text.partition("\n")[2], "missing-columns", ("'age'",)),
        (lambda text: text + text, "malformed-row", ("Row 61 repeats the header",)),
        (lambda text: f"Report\n{text}", "malformed-row", ("stands above the names",)),
        (lambda _: '[{"age": 1}]', "not-a-table", ("JSON",)),
    ],
    ids=["upper case", "spaces", "no header", "joined", "title", "JSON"],
)
def test_a_file_that_cannot_be_answered_is_named(change, code, pieces, cli, put, tmp_path) -> None:
    text = table(_row, header=HEADER, n_rows=60)
    assert cli("train", put("data.csv", text), *QUICK).code == 0
    out = tmp_path / "out.csv"
    ending = cli("predict", "data@1", put("new.csv", change(text)), "--out", out, "--json")
    assert (ending.code, ending.error["code"]) == (3, code)
    told = f"{ending.error['detail']} {ending.error['fix']}"
    assert not [piece for piece in pieces if piece not in told], told
    assert not out.exists()
