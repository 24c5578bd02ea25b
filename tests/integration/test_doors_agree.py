"""What a file says of decimals and truth means the same to a model, whichever door it came by."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rows import number, table, truth, word

import modelyard
from modelyard.bootstrap import Project, open_project
from modelyard.domain.configs import FileDialect
from modelyard.domain.errors import TargetError, UnparseableValue
from modelyard.settings import Settings
from modelyard.workbench.models import Model

TRUTH = [truth(at) for at in range(60)]
SPELLINGS: dict[str, list[Any]] = {
    "truth values": TRUTH,
    "True and False": [str(each) for each in TRUTH],
    "yes and no": ["yes" if each else "no" for each in TRUTH],
    "whole numbers": [int(each) for each in TRUTH],
    "numbers": [float(each) for each in TRUTH],
    "numbers as text": [f"{float(each)}" for each in TRUTH],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    place = tmp_path_factory.mktemp("yard")
    return open_project(Settings(place, f"sqlite:///{place}/m.db", place / "keys", threads=1))


def _train(project: Project, data: Any) -> Model:
    return modelyard.train(data, target="y", algorithm="logistic-regression", project=project)


def _columns(answers: list[Any]) -> dict[str, list[Any]]:
    rows = range(len(answers))
    return {"x": [float(number(at)) for at in rows], "c": [word(at) for at in rows], "y": answers}


@pytest.fixture(scope="module")
def with_commas(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Model:
    path = tmp_path_factory.mktemp("data") / "commas.csv"
    path.write_text(
        table(lambda at: (number(at).replace(".", ","), word(at), "ab"[truth(at)]), delimiter=";")
    )
    return _train(project, path)


@pytest.fixture(scope="module")
def with_points(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Model:
    path = tmp_path_factory.mktemp("data") / "points.csv"
    path.write_text(table(lambda at: (number(at), word(at), "ab"[truth(at)])))
    return _train(project, path)


def _file(folder: Path, x: str, delimiter: str) -> Path:
    path = folder / "new.csv"
    path.write_text(f"x{delimiter}c\n{x}{delimiter}a\n")
    return path


def _score(model: Model, data: Any, **dialect: str) -> float:
    answer = model.project.predicting.predict(model.opened, data, dialect=FileDialect(**dialect))
    assert answer.predictions.probabilities is not None
    return float(answer.predictions.probabilities[0, 1])


def test_a_decimal_comma_of_the_training_counts_at_every_door(
    with_commas: Model, tmp_path: Path
) -> None:
    wanted = _score(with_commas, [{"x": 1.25, "c": "a"}])
    row = {"x": "1,250", "c": "a"}
    assert with_commas.predict_row(row).probabilities["b"] == pytest.approx(wanted, abs=1e-12)
    assert _score(with_commas, [row]) == wanted
    assert _score(with_commas, pl.DataFrame([row])) == wanted
    for delimiter in ("\t", ";", "|"):
        assert _score(with_commas, _file(tmp_path, "1,250", delimiter)) == wanted


@pytest.mark.parametrize(("x", "delimiter"), [("1.25", ","), ("0.250", ";"), ("1234.567", "\t")])
def test_a_file_that_plainly_shows_the_other_mark_is_read_by_it(
    with_commas: Model, tmp_path: Path, x: str, delimiter: str
) -> None:
    wanted = _score(with_commas, [{"x": float(x), "c": "a"}])
    assert _score(with_commas, _file(tmp_path, x, delimiter)) == wanted


def test_what_may_be_a_thousand_is_refused_where_the_mark_is_another(
    with_commas: Model, with_points: Model, tmp_path: Path
) -> None:
    for model, x in ((with_commas, "1.250"), (with_points, "1,250")):
        for data in (_file(tmp_path, x, ";"), [{"x": x, "c": "a"}]):
            with pytest.raises(UnparseableValue, match=f"row 1 holds '{x}'") as caught:
                _score(model, data)
            assert "decimal mark" in str(caught.value.fix)


def test_a_mark_that_the_user_names_is_above_all_others(with_points: Model, tmp_path: Path) -> None:
    wanted = _score(with_points, [{"x": 1.25, "c": "a"}])
    assert _score(with_points, _file(tmp_path, "1,250", ";"), decimal=",") == wanted


def _in_memory(answers: list[Any], _: Path) -> Any:
    return _columns(answers)


def _as_frame(answers: list[Any], _: Path) -> Any:
    return pl.DataFrame(_columns(answers))


def _as_file(answers: list[Any], folder: Path) -> Any:
    pl.DataFrame(_columns(answers)).write_csv(folder / "rows.csv")
    return folder / "rows.csv"


DOORS = (_in_memory, _as_frame, _as_file)


@pytest.mark.parametrize("learned", SPELLINGS)
def test_a_target_of_truth_is_measured_alike_in_every_spelling(
    project: Project, tmp_path: Path, learned: str
) -> None:
    model = _train(project, _columns(SPELLINGS[learned]))
    wanted = model.evaluate(_columns(SPELLINGS[learned]))
    turn = list(SPELLINGS).index(learned)
    # In turn, so that over the cases every spelling comes through every door.
    for place, answers in enumerate(SPELLINGS.values(), start=turn):
        got = model.evaluate(DOORS[place % len(DOORS)](answers, tmp_path))
        assert got.metrics == wanted.metrics
        assert got.labels == wanted.labels


def test_labels_stay_as_they_are_written(project: Project) -> None:
    spelled = _train(project, _columns(SPELLINGS["True and False"])).predict_row({"x": 1, "c": "a"})
    typed = _train(project, _columns(SPELLINGS["truth values"])).predict_row({"x": 1, "c": "a"})
    assert list(spelled.probabilities) == ["False", "True"]
    assert list(typed.probabilities) == [False, True]


@pytest.mark.parametrize("learned", ["truth values", "yes and no", "whole numbers"])
def test_what_is_no_truth_is_named_as_no_label(project: Project, learned: str) -> None:
    model = _train(project, _columns(SPELLINGS[learned]))
    with pytest.raises(TargetError, match=r"must be one of .*row 2 holds 'maybe'") as caught:
        model.evaluate(_columns(["yes", "maybe", *["no"] * 58]))
    assert (caught.value.row, caught.value.column) == (2, "y")


@pytest.fixture(scope="module")
def with_thousands(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Model:
    def amount(at: int) -> str:
        return f"{float(number(at)) * 1000:,.2f}".translate(str.maketrans(",.", ".,"))

    path = tmp_path_factory.mktemp("data") / "thousands.csv"
    path.write_text(table(lambda at: (amount(at), word(at), "ab"[truth(at)]), delimiter=";"))
    return _train(project, path)


@pytest.mark.parametrize(
    ("header", "row", "amount"),
    [
        ("x;c", "1.963,95;a", 1963.95),
        ("x;c", "1.963;a", 1963.0),
        ("x;c", "1963.95;a", 1963.95),
        ("x;c;other", "196.395;a;0.5", 196.395),
        ("x;c;other", "1,963.95;a;0.5", 1963.95),
    ],
    ids=["as trained", "ambiguous", "plain", "a mark shown elsewhere", "the other thousands"],
)
def test_thousands_are_separated_by_what_is_not_the_mark_of_the_file(
    with_thousands: Model, tmp_path: Path, header: str, row: str, amount: float
) -> None:
    (tmp_path / "new.csv").write_text(f"{header}\n{row}\n")
    wanted = _score(with_thousands, [{"x": amount, "c": "a"}])
    assert _score(with_thousands, tmp_path / "new.csv") == wanted


def test_a_number_of_another_mark_is_refused_with_one_fix_at_every_door(
    with_thousands: Model, tmp_path: Path
) -> None:
    fixes = set()
    for data, told in (
        (_file(tmp_path, "0.5", ";"), {"decimal": ","}),
        ([{"x": "0.5", "c": "a"}], {}),
    ):
        with pytest.raises(UnparseableValue) as caught:
            _score(with_thousands, data, **told)
        fixes.add(caught.value.fix)
    with pytest.raises(UnparseableValue) as caught:
        with_thousands.predict_row({"x": "0.5", "c": "a"})
    assert {caught.value.fix} == fixes
    assert "the mark of the data is '.'" in str(caught.value.fix)
    _score(with_thousands, _file(tmp_path, "0.5", ";"), decimal=".")
