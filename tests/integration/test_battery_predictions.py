"""New rows are answered alike however they arrive, and odd ones are named or flagged."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from rows import QUICK, noise, truth

import modelyard
from modelyard.bootstrap import Project, open_project
from modelyard.settings import Settings
from modelyard.workbench.models import Model

HEADER = ("age", "rooms", "member", "city", "since")
CITIES = ("Oslo", "Rome ", " Bern", "12")
ALGORITHMS = {
    "binary": ("dummy", "logistic-regression", "random-forest", "lightgbm"),
    "multiclass": ("dummy", "logistic-regression", "random-forest", "lightgbm"),
    "regression": ("dummy", "linear-regression", "random-forest", "lightgbm"),
}
CASES = [(task, key) for task, keys in ALGORITHMS.items() for key in keys]
SMALL = {"random-forest": {"n_estimators": 20}, "lightgbm": {"n_estimators": 20}}

# As a text file would hold them: gaps, values never seen, whole numbers, white space.
NEW: tuple[dict[str, str], ...] = (
    {"age": "41", "rooms": "3", "member": "yes", "city": "Oslo", "since": "2026-01-05"},
    {"age": " 33.5 ", "rooms": "2", "member": "NO", "city": "Oslo  ", "since": "2026-02-07"},
    {"age": "", "rooms": "", "member": "", "city": "", "since": ""},
    {"age": "NA", "rooms": "NA", "member": "NA", "city": "NA", "since": "NA"},
    {"age": "27", "rooms": "4", "member": "Yes", "city": "Atlantis", "since": "2031-12-31"},
    {"age": "1e2", "rooms": "-5", "member": "no", "city": "12", "since": "1969-12-31"},
    {"age": "inf", "rooms": "1", "member": "yes", "city": "\tRome", "since": "2026-03-09"},
    {"age": "0.1", "rooms": "2.0", "member": " yes", "city": "oslo", "since": " 2026-03-09 "},
    {"age": "-0.0", "rooms": "+3", "member": "no ", "city": "Bern", "since": "2026-02-28"},
)
# The same rows as a program would hold them.
TYPED: tuple[dict[str, Any], ...] = (
    {"age": 41, "rooms": 3, "member": True, "city": "Oslo", "since": "2026-01-05"},
    {"age": 33.5, "rooms": 2, "member": False, "city": "Oslo  ", "since": "2026-02-07"},
    {"age": None, "rooms": None, "member": None, "city": None, "since": None},
    {"age": float("nan"), "rooms": None, "member": None, "city": "NA", "since": ""},
    {"age": 27, "rooms": 4, "member": True, "city": "Atlantis", "since": "2031-12-31"},
    {"age": 1e2, "rooms": -5, "member": False, "city": "12", "since": "1969-12-31"},
    {"age": float("inf"), "rooms": 1, "member": True, "city": "\tRome", "since": "2026-03-09"},
    {"age": 0.1, "rooms": 2.0, "member": True, "city": "oslo", "since": "2026-03-09"},
    {"age": -0.0, "rooms": 3, "member": False, "city": "Bern", "since": "2026-02-28"},
)


def _row(at: int) -> tuple[str, ...]:
    age = "" if at % 9 == 4 else f"{noise(at) * 60:.2f}"
    member = ("yes", "no", "Yes ")[at % 3] if at % 11 else "NA"
    return (age, str(at % 6), member, CITIES[at % 4], f"2026-0{at % 3 + 1}-{at % 27 + 1:02}")


def _target(at: int, task: str) -> str:
    if task == "regression":
        return f"{noise(at) * 60 + at % 6 + noise(-at):.3f}"
    sure = truth(at) ^ (noise(at) > 0.5)
    return ("low", "mid", "high")[at % 2 + sure] if task == "multiclass" else ("a", "b")[sure]


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project folder that the tests of this module share."""
    place = tmp_path_factory.mktemp("project")
    return open_project(Settings(place, f"sqlite:///{place}/m.db", place / "keys", threads=1))


@pytest.fixture(scope="module")
def model_of(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Model]:
    """Return a function that gives the model of a task and an algorithm, trained once."""
    place, trained = tmp_path_factory.mktemp("data"), {}

    def get(task: str, key: str) -> Model:
        if (task, key) not in trained:
            rows = [(*_row(at), _target(at, task)) for at in range(150)]
            path = _write(place / f"{task}.csv", (*HEADER, "y"), rows)
            trained[task, key] = modelyard.train(
                path, target="y", algorithm=key, parameters=SMALL.get(key, {}), project=project
            )
        return trained[task, key]

    return get


def _answers(model: Model, data: Any) -> tuple[list[Any], np.ndarray]:
    values = list(model.predict(data))
    if not model.manifest.labels:
        return [], np.array(values, dtype=float)
    return values, _matrix(model.predict_proba(data))


def _matrix(chances: Any) -> np.ndarray:
    """Return probabilities as a matrix, in whichever form they came."""
    if isinstance(chances, dict):
        return np.array(list(chances.values())).T
    if isinstance(chances, list):
        return np.array([list(row.values()) for row in chances])
    return chances.to_numpy()


def _by_row(model: Model, rows: Sequence[dict[str, Any]]) -> tuple[list[Any], np.ndarray]:
    answers = [model.predict_row(row) for row in rows]
    if not model.manifest.labels:
        return [], np.array([answer.value for answer in answers])
    chances = [
        [answer.probabilities[label] for label in model.manifest.labels] for answer in answers
    ]
    return [answer.value for answer in answers], np.array(chances)


def _assert_alike(got: tuple[list[Any], np.ndarray], wanted: tuple[list[Any], np.ndarray]) -> None:
    assert got[0] == wanted[0]
    np.testing.assert_allclose(got[1], wanted[1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("task", "key"), CASES)
def test_rows_are_answered_alike_however_they_arrive(task, key, model_of, tmp_path) -> None:
    model = model_of(task, key)
    wanted = _by_row(model, NEW)
    path = _write(tmp_path / "new.csv", HEADER, [list(row.values()) for row in NEW])
    columns = {name: [row[name] for row in NEW] for name in HEADER}
    for data in (list(NEW), columns, path, pl.DataFrame(NEW)):
        _assert_alike(_answers(model, data), wanted)
    predictor = model.opened.predictor
    runtime = predictor.predict_columns(columns)
    _assert_alike((list(runtime.values) if runtime.labels else [], _scores(runtime)), wanted)


@pytest.mark.parametrize(("task", "key"), CASES)
def test_typed_rows_are_answered_as_their_text(task, key, model_of) -> None:
    model = model_of(task, key)
    wanted = _by_row(model, NEW)
    _assert_alike(_by_row(model, TYPED), wanted)
    columns = {name: [row[name] for row in TYPED] for name in HEADER}
    for data in (list(TYPED), columns, pl.DataFrame(columns, strict=False)):
        _assert_alike(_answers(model, data), wanted)


@pytest.mark.extras
@pytest.mark.parametrize(("task", "key"), CASES)
@pytest.mark.parametrize("rows", [NEW, TYPED], ids=["text", "typed"])
def test_pandas_rows_are_answered_alike(task, key, rows, model_of) -> None:
    pandas = pytest.importorskip("pandas")
    model = model_of(task, key)
    frame = pandas.DataFrame(list(rows))
    _assert_alike(_answers(model, frame), _by_row(model, NEW))
    as_categories = frame.assign(city=frame["city"].astype("category"))
    _assert_alike(_answers(model, as_categories), _by_row(model, NEW))


def _scores(predictions: Any) -> np.ndarray:
    return predictions.values if predictions.probabilities is None else predictions.probabilities


@pytest.mark.parametrize(("task", "key"), CASES)
def test_the_order_of_columns_does_not_matter_and_others_are_ignored(task, key, model_of) -> None:
    model = model_of(task, key)
    wanted = _answers(model, list(NEW))
    turned = [{"extra": "?", **dict(reversed(row.items()))} for row in NEW]
    _assert_alike(_answers(model, turned), wanted)
    _assert_alike(_by_row(model, turned), wanted)


def test_a_date_is_one_word_in_a_column_of_words(project: Project) -> None:
    """Libraries hold the same day as a date, as a moment, or as text."""
    from datetime import UTC, date, datetime

    days = [date(2026, 1, at % 4 + 1) for at in range(60)]
    table = {"day": days, "y": ["ab"[truth(at)] for at in range(60)]}
    model = modelyard.train(
        table,
        target="y",
        algorithm="logistic-regression",
        kinds={"day": "category"},
        project=project,
    )
    wanted = model.predict_row({"day": date(2026, 1, 2)})
    moments = (datetime(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC))  # noqa: DTZ001 -- both come
    assert [model.predict_row({"day": moment}) for moment in moments] == [wanted, wanted]
    assert model.predict([{"day": date(2026, 1, 2)}]) == [wanted.value]
    chances = model.predict_proba([{"day": moments[0]}])[0]
    assert list(chances.values()) == pytest.approx(list(wanted.probabilities.values()))


@pytest.fixture
def trained(cli, tmp_path) -> str:
    """Return the reference of a model that the command line trained."""
    rows = [(*_row(at), _target(at, "binary")) for at in range(150)]
    path = _write(tmp_path / "data.csv", (*HEADER, "y"), rows)
    assert cli("train", path, *QUICK).code == 0
    return "data@1"


def _csv(tmp_path: Path, rows: Sequence[dict[str, str]]) -> Path:
    return _write(tmp_path / "new.csv", list(rows[0]), [list(row.values()) for row in rows])


def test_a_missing_column_is_named_with_the_nearest_that_came(trained, cli, tmp_path) -> None:
    rows = [{("citty" if name == "city" else name): row[name] for name in HEADER} for row in NEW]
    ending = cli("predict", trained, _csv(tmp_path, rows), "--json")
    assert (ending.code, ending.error["code"]) == (3, "missing-columns")
    assert ending.error["column"] == "city"
    assert "'city'" in ending.error["detail"]
    assert "'citty'" in ending.error["fix"]


def test_several_missing_columns_are_all_named(trained, cli, tmp_path) -> None:
    ending = cli("predict", trained, _csv(tmp_path, [{"age": "1", "rooms": "2"}]), "--json")
    assert all(f"'{name}'" in ending.error["detail"] for name in ("member", "city", "since"))


def test_an_extra_column_is_ignored_with_a_note(trained, cli, tmp_path) -> None:
    plain = cli("predict", trained, _csv(tmp_path, NEW))
    extra = cli("predict", trained, _csv(tmp_path, [{**row, "y": "a", "zip": "1"} for row in NEW]))
    assert extra.out == plain.out
    assert "ignored: y, zip" in extra.err
    assert "ignored" not in plain.err


def test_reordered_columns_give_the_same_file(trained, cli, tmp_path) -> None:
    plain, turned = tmp_path / "plain.csv", tmp_path / "turned.csv"
    cli("predict", trained, _csv(tmp_path, NEW), "--proba", "--out", plain)
    rows = [dict(reversed(row.items())) for row in NEW]
    cli("predict", trained, _csv(tmp_path, rows), "--proba", "--out", turned)
    assert plain.read_bytes() == turned.read_bytes()


def test_an_unseen_category_and_a_gap_are_flagged(trained, cli, tmp_path) -> None:
    path = _csv(tmp_path, NEW)
    flags = {
        (flag["column"], flag["kind"]): flag
        for flag in cli("predict", trained, path, "--json").document["flags"]
    }
    unseen = flags["city", "unseen-category"]
    assert (unseen["n_rows"], unseen["rows"], unseen["sample"]) == (2, [5, 8], ["Atlantis", "oslo"])
    assert flags["age", "missing-value"]["rows"] == [3, 4, 7]
    told = cli("predict", trained, path).err
    assert "'city'" in told
    assert "'Atlantis'" in told


@pytest.mark.parametrize(
    ("column", "cell", "wanted"),
    [
        ("age", "abc", "a number"),
        ("age", "1,5", "a number"),
        ("age", "0x10", "a number"),
        ("rooms", "three", "a whole number"),
        ("member", "perhaps", "a truth value"),
        ("since", "05/01/2026", "a date"),
        ("since", "2026-02-30", "a date"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(column, cell, wanted, trained, cli, tmp_path) -> None:
    rows = [dict(row) for row in NEW]
    rows[6][column] = cell
    out = tmp_path / "out.csv"
    strict = cli("predict", trained, _csv(tmp_path, rows), "--out", out, "--strict", "--json")
    assert (strict.code, strict.error["code"]) == (3, "unparseable-value")
    assert (strict.error["row"], strict.error["column"]) == (7, column)
    assert strict.error["sample"] == cell
    assert wanted in strict.error["detail"]
    assert strict.error["fix"]
    assert not out.exists()
    ending = cli("predict", trained, _csv(tmp_path, rows), "--json")
    assert (ending.code, ending.document["errors"]) == (9, [strict.error])
    assert [at for at, told in enumerate(ending.document["prediction"]) if told is None] == [6]


def test_bad_row_777_fails_alone_and_the_others_are_answered(trained, cli, tmp_path) -> None:
    rows = [dict(row) for row in NEW * 90]
    good, out = tmp_path / "good.csv", tmp_path / "out.csv"
    assert cli("predict", trained, _csv(tmp_path, rows), "--proba", "--out", good).code == 0
    rows[776]["age"] = "abc"
    ending = cli("predict", trained, _csv(tmp_path, rows), "--proba", "--out", out)
    assert ending.code == 9
    assert "Error in row 777: Column 'age' must hold a number" in ending.err
    assert "1 row has no answer" in ending.err
    assert f"{len(rows) - 1} predictions written" in ending.out
    wanted = good.read_text().splitlines()
    wanted[777] = ",,"
    assert out.read_text().splitlines() == wanted


def test_many_bad_rows_are_counted_and_the_first_are_named(trained, cli, tmp_path) -> None:
    rows = [dict(row) | {"age": "abc" if at % 3 else "5"} for at, row in enumerate(NEW * 20)]
    ending = cli("predict", trained, _csv(tmp_path, rows))
    assert ending.code == 9
    assert ending.err.count("Error in row") == 10
    assert "120 rows have no answer" in ending.err
    assert "110 more" in ending.err
    assert ending.out.splitlines()[1:4] == [ending.out.splitlines()[1], '""', '""']


@pytest.mark.parametrize("sort", ["--interval", "--sets"])
def test_a_bad_row_has_no_certainty_either(sort, cli, tmp_path) -> None:
    task, key = (
        ("regression", "linear-regression")
        if sort == "--interval"
        else ("binary", "logistic-regression")
    )
    rows = [(*_row(at), _target(at, task)) for at in range(150)]
    path = _write(tmp_path / "data.csv", (*HEADER, "y"), rows)
    assert cli("train", path, "--target", "y", "--algorithm", key).code == 0
    new = [dict(NEW[0]), dict(NEW[0]) | {"age": "abc"}, dict(NEW[1])]
    out = tmp_path / "out.csv"
    ending = cli("predict", "data@1", _csv(tmp_path, new), sort, "80", "--out", out)
    assert ending.code == 9
    frame = pl.read_csv(out)
    assert frame.null_count().row(0) == (1,) * frame.width
    assert frame[1].row(0) == (None,) * frame.width


@pytest.mark.parametrize("sort", ["--interval", "--sets"])
@pytest.mark.parametrize(
    ("level", "asked"), [("0.9", "90"), ("1", "90"), ("0", "90"), ("120", "90"), ("nan", "90")]
)
def test_a_level_that_is_no_percentage_is_refused(sort, level, asked, cli, put) -> None:
    ending = cli("predict", "data@1", put("new.csv", "x\n1\n"), sort, level, "--json")
    assert (ending.code, ending.error["code"]) == (4, "invalid-value")
    assert f"{sort} is a level in percent" in ending.error["detail"]
    assert f"{sort} {asked}" in ending.error["fix"]


def test_python_answers_the_other_rows_where_it_is_asked_to(model_of) -> None:
    from modelyard.workbench.models import RowsNotAnswered

    for task in ALGORITHMS:
        model = model_of(task, "lightgbm")
        rows: list[dict[str, Any]] = [dict(row) for row in NEW]
        wanted = list(model.predict(rows))
        rows[3]["age"], rows[6]["rooms"] = "abc", ["3"]
        with pytest.warns(RowsNotAnswered, match="2 rows have no answer") as told:
            answers = model.predict(rows, strict=False)
        assert answers == [None if at in {3, 6} else each for at, each in enumerate(wanted)]
        errors = told[0].message.errors
        assert [(each.row, each.error.column) for each in errors] == [(4, "age"), (7, "rooms")]


def test_a_cell_that_does_not_fit_is_named_alike_in_python(model_of) -> None:
    from modelyard.domain.errors import UnparseableValue

    model = model_of("binary", "lightgbm")
    rows = [dict(row) for row in NEW]
    rows[3]["age"] = "abc"
    for ask in (model.predict, model.opened.predictor.predict_rows):
        with pytest.raises(UnparseableValue) as caught:
            ask(rows)
        assert (caught.value.row, caught.value.column) == (4, "age")


def test_predict_writes_as_many_rows_as_came_in_their_order(trained, cli, tmp_path) -> None:
    out = tmp_path / "out.csv"
    path = _csv(tmp_path, NEW * 3)
    before = path.read_bytes()
    assert cli("predict", trained, path, "--proba", "--out", out).code == 0
    frame = pl.read_csv(out)
    assert frame.columns == ["prediction", "probability_a", "probability_b"]
    assert frame.height == 3 * len(NEW)
    assert frame[: len(NEW)].equals(frame[len(NEW) : 2 * len(NEW)])
    assert frame["prediction"].to_list() == [
        "b" if chance >= 0.5 else "a" for chance in frame["probability_b"]
    ]
    assert path.read_bytes() == before


def test_probabilities_of_a_number_are_refused(cli, tmp_path) -> None:
    rows = [(*_row(at), _target(at, "regression")) for at in range(100)]
    path = _write(tmp_path / "data.csv", (*HEADER, "y"), rows)
    assert cli("train", path, "--target", "y", "--algorithm", "linear-regression").code == 0
    ending = cli("predict", "data@1", path, "--proba", "--out", tmp_path / "out.csv", "--json")
    assert (ending.code, ending.error["code"]) == (4, "invalid-value")
    assert not (tmp_path / "out.csv").exists()


def test_an_output_that_cannot_be_written_is_named(trained, cli, tmp_path) -> None:
    path = _csv(tmp_path, NEW)
    ending = cli("predict", trained, path, "--out", path / "out.csv", "--json")
    assert (ending.code, ending.error["code"]) == (7, "store")
    assert ending.error["fix"]


@pytest.mark.parametrize("content", ["", "age,rooms,member,city,since\n"])
def test_no_rows_to_predict_are_named(content, trained, cli, put) -> None:
    ending = cli("predict", trained, put("new.csv", content), "--json")
    assert (ending.code, ending.error["code"]) == (3, "no-rows")
