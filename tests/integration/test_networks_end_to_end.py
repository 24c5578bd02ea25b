"""From tables with texts, sequences and pictures to answers: trained, proved, served."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import modelyard
from modelyard.bootstrap import Project, open_project
from modelyard.cli._group import run
from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import InvalidValue, UnparseableValue, UsageError
from modelyard.services.exporting import export
from modelyard.serving.exchanges import Request
from modelyard.serving.routes import routes_of
from modelyard.serving.shelf import Found, Shelf
from modelyard.settings import Settings
from modelyard.workbench.models import Model

pytestmark = pytest.mark.extras
pytest.importorskip("torch")
pytest.importorskip("safetensors")

SHAPES = Path(__file__).parents[2] / "examples" / "data" / "shapes"
N_ROWS = 90
QUICK = {"epochs": 6, "batch_size": 8, "max_length": 8, "embedding_size": 8, "learning_rate": 0.01}
WORDS = ("red", "green", "blue", "warm", "cold", "dry", "wet", "old", "new", "soft")
Trains = Callable[..., Model]


@pytest.fixture(scope="module")
def trains(tmp_path_factory: pytest.TempPathFactory) -> Trains:
    """Return a function that trains a small network in a moment."""
    place = tmp_path_factory.mktemp("networks")
    settings = Settings(place, f"sqlite:///{place}/m.db", place / "keys", threads=1)
    project: Project = open_project(settings)

    def call(data: object, algorithm: str, **options: Any) -> Model:
        given = options.pop("parameters", {})
        parameters = {} if given is None else QUICK | given
        return modelyard.train(
            data,
            target="label",
            algorithm=algorithm,
            parameters=parameters,
            project=project,
            **options,
        )

    return call


def texts() -> pl.DataFrame:
    """Return texts whose class is which of two words comes first, and a gap."""
    rng = np.random.default_rng(0)
    drawn = [list(rng.permutation(WORDS)[: 4 + at % 4]) for at in range(N_ROWS)]
    ends = (("stop", "go"), ("go", "stop"))
    words = [" ".join([ends[at % 2][0], *each, ends[at % 2][1]]) for at, each in enumerate(drawn)]
    words[5] = None
    labels = [("off", "on")[at % 2] for at in range(N_ROWS)]
    return pl.DataFrame({"note": words, "label": labels})


def sequences() -> pl.DataFrame:
    """Return sequences that rise or fall, of three to nine numbers, and how they do."""
    rng = np.random.default_rng(0)
    made = [
        (np.arange(3 + at % 7) * (1 - 2 * (at % 2)) + rng.normal(0, 0.2, 3 + at % 7)).round(3)
        for at in range(N_ROWS)
    ]
    labels = [("up", "down")[at % 2] for at in range(N_ROWS)]
    return pl.DataFrame({"readings": [each.tolist() for each in made], "label": labels})


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    joined = frame["readings"].cast(pl.List(pl.String)).list.join(" ")
    return frame.with_columns(readings=joined)


@pytest.fixture(scope="module")
def reader(trains: Trains) -> Model:
    longer = {"epochs": 20, "max_length": 10}
    return trains(texts(), "gru", kinds={"note": "text"}, parameters=longer, name="notes")


WIDE = {"wide": {"readings": "t_*"}}
LONG = {"long": {"id": "id", "time": "at", "values": ["readings"]}}


def in_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Return sequences with a row for each of their items."""
    items = frame.with_row_index("id").explode("readings")
    return items.with_columns(at=pl.int_range(pl.len()).over("id"))


def in_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Return sequences with a column for each of their items."""
    wide = in_rows(frame).pivot("at", index=["id", "label"], values="readings").drop("id")
    return wide.rename({each: f"t_{each}" for each in wide.columns if each != "label"})


@pytest.fixture(scope="module")
def in_order(trains: Trains) -> Model:
    return trains(sequences(), "cnn-1d", kinds={"readings": "sequence"}, name="readings")


def test_texts_become_a_model_that_is_proved(reader: Model) -> None:
    manifest = reader.manifest
    assert [(each.name, each.kind) for each in manifest.inputs] == [("note", ColumnKind.TEXT)]
    assert manifest.metrics[manifest.metric]["value"] > 0.8
    assert manifest.parity.n_flips == 0
    assert manifest.parity.n_rows_single == reader.evaluation.n_rows


def test_a_text_that_is_missing_or_never_seen_is_answered(reader: Model) -> None:
    rows = [{"note": note} for note in (None, "", "ünheard ☃", "red " * 500)]
    shares = reader.opened.predictor.predict_rows(rows).probabilities
    assert np.isfinite(shares).all()
    assert (shares[0] == shares[1]).all()


@pytest.mark.parametrize("name", ["reader", "in_order"])
def test_the_scoring_example_answers_texts_and_sequences_as_the_package(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    model: Model = request.getfixturevalue(name)
    export(model.opened, "scoring", path=tmp_path / "alone")
    for rows in ("rows.csv", "rows.json"):
        script = [
            sys.executable,
            str(tmp_path / "alone" / "score.py"),
            str(tmp_path / "alone" / rows),
        ]
        done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        answers = [line.split(",") for line in done.stdout.splitlines()]
        data = json.loads((tmp_path / "alone" / "rows.json").read_text())
        assert [each[0] for each in answers[1:]] == list(model.predict(data))
        shares = [[float(each) for each in row[1:]] for row in answers[1:]]
        expected = model.opened.predictor.predict_rows(data).probabilities
        assert np.allclose(shares, expected, rtol=0, atol=1e-6)


def test_a_network_competes_where_all_columns_are_texts(trains: Trains) -> None:
    rivals = {"only": ["cnn-1d", "logistic-regression"], "n_trials": 2, "parameters": None}
    board = trains(texts(), "auto", kinds={"note": "text"}, name="race", **rivals)
    entries = board.manifest.leaderboard["entries"] if board.manifest.leaderboard else []
    found = {each["algorithm"]: each["status"] for each in entries}
    assert found == {"cnn-1d": "succeeded", "logistic-regression": "succeeded"}


def test_a_network_of_texts_does_not_compete_beside_other_columns(trains: Trains) -> None:
    table = texts().with_columns(size=pl.int_range(pl.len()) % 7)
    rivals = {"only": ["cnn-1d"], "n_trials": 1, "parameters": None}
    with pytest.raises(InvalidValue, match="does not go with the kinds of the columns"):
        trains(table, "auto", kinds={"note": "text"}, name="beside", **rivals)


def test_reasons_are_told_for_a_text_as_a_whole(reader: Model) -> None:
    (told,) = reader.explain({"note": "red green stop"})
    assert [each.column for each in told.contributions] == ["note"]


def test_lists_and_texts_of_numbers_give_one_model(trains: Trains, in_order: Model) -> None:
    again = trains(
        as_text(sequences()), "cnn-1d", kinds={"readings": "sequence"}, name="readings-as-text"
    )
    manifest = in_order.manifest
    assert manifest.metrics[manifest.metric]["value"] > 0.8
    assert again.manifest.metrics == manifest.metrics
    assert manifest.inputs[0].kind is ColumnKind.SEQUENCE
    assert list(in_order.predict(sequences())) == list(in_order.predict(as_text(sequences())))


def test_items_in_columns_and_in_rows_teach_what_lists_do(
    trains: Trains, in_order: Model, tmp_path: Path
) -> None:
    items, wide = in_rows(sequences()), in_columns(sequences())
    side_by_side = trains(wide, "cnn-1d", sequences=WIDE, name="side")
    long = items.sample(fraction=1.0, shuffle=True, seed=0).sort("id", maintain_order=True)
    below = trains(long, "cnn-1d", sequences=LONG, drop="id", name="below")
    for model, frame in ((side_by_side, wide), (below, long)):
        assert model.manifest.metrics == in_order.manifest.metrics
        frame.write_csv(tmp_path / "later.csv")
        assert list(model.predict(tmp_path / "later.csv")) == list(in_order.predict(sequences()))
        assert list(model.predict(sequences())) == list(in_order.predict(sequences()))
        assert model.predict(frame.to_dicts()) == list(in_order.predict(sequences()))


def test_columns_that_outlast_a_layout_stand_beside_the_answers_at_every_door(
    trains: Trains, tmp_path: Path
) -> None:
    items, wide = in_rows(sequences()), in_columns(sequences())
    side_by_side = trains(wide, "cnn-1d", sequences=WIDE, name="kept-side")
    below = trains(items, "cnn-1d", sequences=LONG, drop="id", name="kept-below")
    path, kept_in = tmp_path / "rows.csv", {}
    for model, frame in ((side_by_side, wide), (below, items)):
        frame.write_csv(path)
        answer = model.project.predicting.predict(model.opened, path, keep=frame.columns)
        assert {len(cells) for cells in answer.kept.values()} == {N_ROWS}
        kept_in[model.manifest.name] = list(answer.kept)
    assert kept_in == {"kept-side": wide.columns, "kept-below": ["id", "label"]}
    wide.write_csv(path)
    predicting = side_by_side.project.predicting
    pieces = predicting.predict_in_pieces(side_by_side.opened, path, keep=wide.columns)
    assert [list(each.kept) for each in pieces] == [wide.columns]


def test_the_kind_of_the_column_that_orders_items_is_that_of_the_training(trains: Trains) -> None:
    items, kinds = in_rows(sequences()), {"at": "numeric"}
    model = trains(items, "cnn-1d", sequences=LONG, drop="id", kinds=kinds, name="numbered")
    odd = items.with_columns(at=pl.when(pl.col("at") == 1).then(pl.lit("x")).otherwise("at"))
    with pytest.raises(UnparseableValue, match="'at'"):
        model.predict(odd)


def test_dates_that_order_items_are_read_as_those_of_the_training(trains: Trains) -> None:
    day = pl.format("{}/04/2024", pl.col("at").cast(pl.Int64) * 3 + 3)
    items = in_rows(sequences()).with_columns(at=day)
    model = trains(items, "cnn-1d", sequences=LONG, drop="id", name="dated")
    # None of these says by itself which of its numbers is the month.
    later = [
        {"id": "a", "at": at, "readings": item}
        for at, item in (("02/05/2024", 3), ("03/04/2024", 1), ("04/04/2024", 2))
    ]
    read = model.project.predicting.read(model.opened, later)
    assert read.strings[0, 0] == "1.0 2.0 3.0"
    with pytest.raises(UnparseableValue, match="'at'"):
        model.predict([{**row, "at": row["at"].replace("/", " of ")} for row in later])


def test_answers_for_items_in_rows_are_told_by_their_ids(trains: Trains) -> None:
    pandas = pytest.importorskip("pandas")
    items = in_rows(sequences()).with_columns(id=pl.format("machine {}", "id"))
    model = trains(items, "cnn-1d", sequences=LONG, drop="id", name="by-ids")
    frame = pandas.DataFrame(items.to_dict(as_series=False))
    names = [f"machine {at}" for at in range(N_ROWS)]
    assert model.predict(frame).index.tolist() == names
    assert model.predict_proba(frame).index.tolist() == names
    assert model.predict_proba(frame).index.name == "id"
    assert model.predict_proba(items).columns == ["id", "probability_down", "probability_up"]
    assert [row["id"] for row in model.predict_proba(items.to_dicts())] == names


def test_a_file_of_answers_for_items_in_rows_holds_their_ids(
    trains: Trains, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = in_rows(sequences()).with_columns(id=pl.format("machine {}", "id"))
    model = trains(items, "cnn-1d", sequences=LONG, drop="id", name="told-by-ids")
    rows, out = tmp_path / "rows.csv", tmp_path / "answers.csv"
    items.write_csv(rows)
    for more in ([], ["--keep", "label"]):
        trust = ["--trust", model.opened.package.signer]
        assert run(["predict", str(model.path), str(rows), "--out", str(out), *trust, *more]) == 0
        answers = pl.read_csv(out)
        assert answers.columns == ["id", *more[1:], "prediction"]
        assert answers["id"].to_list() == [f"machine {at}" for at in range(N_ROWS)]
    answer = model.project.predicting.predict(model.opened, items, keep=["label", "id"])
    assert list(answer.kept) == ["label", "id"]


def test_ids_that_are_called_as_an_answer_is_stand_beside_none(trains: Trains) -> None:
    items = in_rows(sequences()).rename({"id": "prediction"})
    told = {"long": {**LONG["long"], "id": "prediction"}}
    model = trains(items, "cnn-1d", sequences=told, drop="prediction", name="odd-ids")
    answer = model.project.predicting.predict(model.opened, items)
    assert (list(answer.kept), answer.ids.name) == ([], "prediction")


def test_a_cell_that_is_no_sequence_is_refused_with_its_row(trains: Trains) -> None:
    odd = as_text(sequences()).with_columns(
        readings=pl.when(pl.int_range(pl.len()) == 3).then(pl.lit("1 x 3")).otherwise("readings")
    )
    with pytest.raises(UnparseableValue, match=r"'readings' must hold finite numbers.*row 4"):
        trains(odd, "lstm", kinds={"readings": "sequence"}, name="odd")


def test_columns_that_a_reader_cannot_read_are_refused(trains: Trains) -> None:
    frame = sequences().with_columns(size=pl.int_range(pl.len()) % 7)
    with pytest.raises(InvalidValue, match="'lstm' cannot learn from column 'size'") as told:
        trains(frame, "lstm", kinds={"readings": "sequence"}, name="wide")
    assert "fusion" in str(told.value)


def test_a_table_without_anything_to_read_is_refused_by_fusion(trains: Trains) -> None:
    frame = pl.DataFrame({"size": [1.5, 2.5, 2.5] * 20, "label": ["a", "b"] * 30})
    with pytest.raises(InvalidValue, match="of kind image or sequence or text; there is none"):
        trains(frame, "fusion", name="plain")


def test_a_server_takes_a_sequence_as_a_list_and_as_a_text(in_order: Model) -> None:
    shelf = Shelf([f"readings={in_order.path}"], lambda _: Found(in_order.opened.package, None))
    routes = routes_of(shelf.models)

    def post(path: str, body: object) -> Any:
        request = Request(b"", {b"content-type": b"application/json"}, json.dumps(body).encode())
        return json.loads(routes[path].answer(request).body)

    one = post("/predict", {"row": {"readings": [0, 1.5, 3]}})
    other = post("/predict", {"row": {"readings": "0 1.5 3"}})
    many = post("/predict-batch", {"columns": {"readings": [[0, 1.5, 3], "x", None]}})
    assert one["prediction"] == "up"
    assert one["probabilities"] == other["probabilities"]
    assert many["predictions"][:2] == ["up", None]
    assert many["errors"][0]["code"] == "unparseable-value"
    assert many["predictions"][2] is not None


def test_items_that_come_one_by_one_are_no_sequence_to_a_server(trains: Trains) -> None:
    items, wide = in_rows(sequences()), in_columns(sequences())
    below = trains(items, "cnn-1d", sequences=LONG, drop="id", name="served-below")
    beside = trains(wide, "cnn-1d", sequences=WIDE, name="served-beside")
    for model, frame in ((below, items), (beside, wide)):
        row, predictor = frame.drop("label").row(0, named=True), model.opened.predictor
        with pytest.raises(UsageError, match="'readings' is a sequence") as told:
            predictor.predict_row(row)
        assert '{"readings": [0.1, 0.4]}' in told.value.fix
        with pytest.raises(UsageError, match="'readings' is a sequence"):
            predictor.predict_rows([row, row])
        assert predictor.predict_row({"readings": [0, 1.5, 3]}).value == "up"


def test_answers_for_sequences_need_no_torch(in_order: Model) -> None:
    program = (
        "import sys; sys.modules['torch'] = sys.modules['safetensors'] = None\n"
        "from pathlib import Path\n"
        "from modelyard.runtime.packages import open_package\n"
        "from modelyard.runtime.predictor import Predictor\n"
        "package = open_package(Path(sys.argv[1]), {sys.argv[2]})\n"
        "print(Predictor.of(package).predict_row({'readings': [0, 1.5, 3]}).value)\n"
        "assert 'polars' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, in_order.path, in_order.opened.package.signer],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("up", "")


@pytest.fixture(scope="module")
def fused_rows() -> pl.DataFrame:
    """Return rows whose text, sequence and number each tell a part of the value."""
    rng = np.random.default_rng(0)
    parts = rng.integers(0, 2, size=(N_ROWS, 3))
    return pl.DataFrame(
        {
            "note": [
                f"{WORDS[at % 9]} here is {('stop', 'go')[each]}"
                for at, each in enumerate(parts[:, 0])
            ],
            "readings": [f"{each} 0.{at} {-each}" for at, each in enumerate(parts[:, 1])],
            "size": parts[:, 2] + rng.normal(0, 0.1, N_ROWS),
            "colour": [WORDS[at % 3] for at in range(N_ROWS)],
            "label": parts.sum(axis=1) + rng.normal(0, 0.1, N_ROWS),
        }
    )


def test_fusion_learns_from_text_sequence_and_cells_together(
    trains: Trains, fused_rows: pl.DataFrame
) -> None:
    model = trains(
        fused_rows,
        "fusion",
        kinds={"note": "text", "readings": "sequence"},
        parameters={"epochs": 20, "hidden_units": 16, "reader_units": 8},
        name="fused",
    )
    assert model.manifest.parity.n_rows_single == model.evaluation.n_rows
    assert model.manifest.metrics["r2"]["value"] > 0.5
    ranked = {each.column for each in model.evaluation.importance}
    assert ranked == {"note", "readings", "size", "colour"}


def test_fusion_sees_pictures_beside_cells(trains: Trains, tmp_path: Path) -> None:
    pytest.importorskip("PIL.Image")
    files = sorted(SHAPES.rglob("*.png"))
    frame = pl.DataFrame(
        {
            "photo": [each.read_bytes() for each in files],
            "size": [float(at % 5) for at in range(len(files))],
            "label": [each.parent.name for each in files],
        }
    )
    frame.write_parquet(tmp_path / "rows.parquet")
    model = trains(
        tmp_path / "rows.parquet",
        "fusion",
        kinds={"photo": "image"},
        parameters={"image_height": 16, "image_width": 16, "channels": 8, "hidden_units": 8},
        name="seen",
    )
    assert model.manifest.parity.n_flips == 0
    answers = model.predict(tmp_path / "rows.parquet")
    assert set(answers) <= {"circle", "square", "triangle"}
