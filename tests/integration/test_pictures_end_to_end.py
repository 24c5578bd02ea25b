"""From a folder of pictures to answers: dealt honestly, packaged with proof, without torch."""

import json
import shutil
import subprocess
import sys
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from serving_servers import running

import modelyard
from modelyard.bootstrap import Project, open_project
from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import (
    BlockingFindings,
    InvalidValue,
    ModelyardError,
    UnreadablePicture,
    UnsupportedPackage,
)
from modelyard.serving.exchanges import Request
from modelyard.serving.routes import routes_of
from modelyard.serving.shelf import Found, Shelf
from modelyard.settings import Settings
from modelyard.workbench.models import Model, RowsNotAnswered

pytestmark = pytest.mark.extras
Image = pytest.importorskip("PIL.Image")
pytest.importorskip("torch")
pytest.importorskip("safetensors")

SHAPES = Path(__file__).parents[2] / "examples" / "data" / "shapes"
CIRCLE = SHAPES / "circle" / "00.png"
QUICK = {"image_height": 16, "image_width": 16, "channels": 8, "epochs": 12, "batch_size": 8}
Trains = Callable[..., Model]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    place = tmp_path_factory.mktemp("pictures")
    return open_project(Settings(place, f"sqlite:///{place}/m.db", place / "keys", threads=1))


@pytest.fixture(scope="module")
def trains(project: Project) -> Trains:
    """Return a function that trains the small network in a moment."""

    def call(data: object, **options: Any) -> Model:
        said = {"algorithm": "small-cnn", "target": "label", "parameters": QUICK} | options
        return modelyard.train(data, project=project, **said)

    return call


@pytest.fixture(scope="module")
def model(trains: Trains) -> Model:
    return trains(SHAPES, name="shapes")


def packed(path: Path, root: Path, *, below: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(root.rglob("*.png")):
            archive.write(file, below + file.relative_to(root).as_posix())
    return path


def test_a_folder_becomes_a_model_that_tells_its_classes_apart(model: Model) -> None:
    manifest = model.manifest
    assert manifest.labels == ("circle", "square", "triangle")
    assert [(each.name, each.kind) for each in manifest.inputs] == [("image", ColumnKind.IMAGE)]
    assert model.evaluation.n_rows == 6
    assert manifest.metrics["accuracy"]["value"] > 0.6
    assert manifest.parity.n_flips == 0
    assert manifest.parity.n_rows_single == 6


def test_the_one_column_of_pictures_is_not_said_to_matter(model: Model) -> None:
    assert model.evaluation.importance == ()
    assert "What the model looks at" not in (model.path / "report.html").read_text("utf-8")


def test_a_package_holds_nobodys_pictures(model: Model) -> None:
    held = b"".join(path.read_bytes() for path in model.path.iterdir())
    pictures = [path.read_bytes() for path in SHAPES.rglob("*.png")]
    assert not any(each in held or b64encode(each) in held for each in pictures)


def test_a_zip_file_gives_the_model_of_its_folder(
    trains: Trains, model: Model, tmp_path: Path
) -> None:
    again = trains(packed(tmp_path / "shapes.zip", SHAPES, below="all/"), name="packed")
    assert again.manifest.metrics == model.manifest.metrics
    assert [path.name for path in tmp_path.iterdir()] == ["shapes.zip"]


def test_a_model_of_8_bits_tells_what_that_cost(trains: Trains, model: Model) -> None:
    made = trains(SHAPES, name="rounded", parameters=QUICK | {"quantisation": "int8"})
    cost = (made.manifest.extra or {})["quantisation"]
    assert (cost["n_rows"], cost["metric"]) == (6, made.manifest.metric)
    assert cost["before"] == model.manifest.metrics[model.manifest.metric]["value"]
    assert cost["after"] == made.manifest.metrics[made.manifest.metric]["value"]
    assert made.manifest.parity.n_flips == 0
    assert cost["size_bytes"] < cost["size_bytes_before"]
    page = (made.path / "report.html").read_text(encoding="utf-8")
    assert "rounded to 8 bits after its training" in page
    assert len(made.predict(SHAPES)) == 30


@pytest.mark.parametrize("holds", ["paths", "bytes"])
def test_a_table_may_name_pictures_or_hold_them(
    trains: Trains, model: Model, tmp_path: Path, holds: str
) -> None:
    files = sorted(SHAPES.rglob("*.png"))
    labels = [path.parent.name for path in files]
    if holds == "paths":
        shutil.copytree(SHAPES, tmp_path / "shapes")
        cells: list[Any] = [f"shapes/{each.relative_to(SHAPES)}" for each in files]
        data = tmp_path / "table.csv"
        pl.DataFrame({"image": cells, "label": labels}).write_csv(data)
    else:
        cells = [path.read_bytes() for path in files]
        data = tmp_path / "table.parquet"
        pl.DataFrame({"image": cells, "label": labels}).write_parquet(data)
    made = trains(data, kinds={"image": "image"}, name=holds)
    assert made.manifest.metrics == model.manifest.metrics
    assert list(made.predict(data)) == list(model.predict(SHAPES))


def test_a_program_gives_pictures_as_it_holds_them(trains: Trains, model: Model) -> None:
    files = sorted(SHAPES.rglob("*.png"))
    table = pl.DataFrame({"image": [each.read_bytes() for each in files]})
    usual, chances = list(model.predict(table)), model.predict_proba(table).rows()
    cells = table["image"].to_list()
    rows = [{"image": cell} for cell in cells]
    pandas = pytest.importorskip("pandas").DataFrame({"image": cells})
    for data in (rows, {"image": cells}, pandas):
        assert list(model.predict(data)) == usual
    assert [tuple(row.values()) for row in model.predict_proba(rows)] == chances
    assert model.predict_row({"image": memoryview(cells[0])}).value == usual[0]
    made = trains(
        pandas.assign(label=[path.parent.name for path in files]),
        kinds={"image": "image"},
        name="held",
    )
    assert made.manifest.metrics == model.manifest.metrics
    with pytest.warns(RowsNotAnswered, match=r"row 2 holds '1\.png'"):
        assert model.predict([rows[0], {"image": "1.png"}], strict=False) == [usual[0], None]


def test_pictures_that_cannot_be_read_are_left_out_by_name(trains: Trains, tmp_path: Path) -> None:
    root = shutil.copytree(SHAPES, tmp_path / "shapes")
    (root / "circle" / "broken.png").write_bytes(CIRCLE.read_bytes()[:60])
    (root / "circle" / "empty.jpg").write_bytes(b"")
    made = trains(root, name="broken")
    assert made.evaluation.n_rows == 6
    (found,) = [each for each in made.findings if each.code == "unreadable-pictures"]
    assert found.sample == ("circle/broken.png", "circle/empty.jpg")
    with pytest.raises(UnreadablePicture, match=r"circle/broken\.png"):
        made.predict(root)


def test_folders_deal_the_rows_and_no_test_picture_teaches(trains: Trains, tmp_path: Path) -> None:
    for number, path in enumerate(sorted(SHAPES.rglob("*.png"))):
        part = "test" if number % 3 == 0 else "train"
        (tmp_path / part / path.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / part / path.parent.name / path.name)
    shutil.copy(CIRCLE, tmp_path / "train" / "circle" / "again.png")
    made = trains(tmp_path, name="dealt")
    assert made.evaluation.n_rows == 10
    (found,) = [each for each in made.findings if each.code == "pictures-across-parts"]
    assert found.sample == ("train/circle/again.png",)


def test_a_class_that_no_folder_teaches_is_refused(trains: Trains, tmp_path: Path) -> None:
    for part, at in (("train", "0[0-6]"), ("test", "0[7-9]")):
        for path in SHAPES.glob(f"*/{at}.png"):
            if part == "test" or path.parent.name != "square":
                (tmp_path / part / path.parent.name).mkdir(parents=True, exist_ok=True)
                shutil.copy(path, tmp_path / part / path.parent.name)
    with pytest.raises(BlockingFindings, match="'square' is in 'test/square' alone"):
        trains(tmp_path, name="untaught")


def test_one_class_folder_is_refused(trains: Trains, tmp_path: Path) -> None:
    shutil.copytree(SHAPES / "circle", tmp_path / "circle")
    with pytest.raises(ModelyardError, match="one"):
        trains(tmp_path, name="one-class")


def test_an_algorithm_of_tables_takes_no_pictures(trains: Trains) -> None:
    with pytest.raises(InvalidValue, match="'lightgbm' cannot learn from column 'image'") as told:
        trains(SHAPES, algorithm="lightgbm", parameters={}, name="trees")
    assert "small-cnn" in str(told.value)


def test_a_turned_picture_is_answered_as_its_upright_twin(model: Model, tmp_path: Path) -> None:
    pixels = np.asarray(Image.open(CIRCLE))
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.ascontiguousarray(np.rot90(pixels, 1))).save(tmp_path / "1.png", exif=exif)
    Image.fromarray(pixels).save(tmp_path / "2.png")
    rows = [{"image": (tmp_path / name).read_bytes()} for name in ("1.png", "2.png")]
    turned, upright = model.opened.predictor.predict_rows(rows).probabilities
    assert (turned == upright).all()


def test_reasons_are_refused_since_a_package_has_no_pictures(model: Model) -> None:
    with pytest.raises(UnsupportedPackage, match="no reference rows"):
        _ = model.opened.explainer


def test_the_graph_of_the_package_is_named_where_another_is_asked_for(
    model: Model, cli: Callable[..., Any], tmp_path: Path
) -> None:
    trust = ("--trust", model.opened.package.signer)
    told = cli("export", model.path, *trust, "--out", tmp_path / "all.onnx")
    assert (told.code, "Take `model.onnx` of the package" in told.err) == (4, True)


def test_the_report_shows_the_worst_answers_and_where_the_model_looked(model: Model) -> None:
    page = (model.path / "report.html").read_text(encoding="utf-8")
    assert "Where it looked" in page
    worst = model.evaluation.weaknesses.worst
    assert page.count(', where the model looked" title=') == len(worst) > 0
    assert page.count('<img src="data:image/jpeg;base64,') >= 2 * len(worst)


def test_findings_of_pictures_show_them(trains: Trains, tmp_path: Path) -> None:
    root = shutil.copytree(SHAPES, tmp_path / "shapes")
    Image.new("RGB", (640, 8), (0, 0, 0)).save(root / "circle" / "black.png")
    page = (trains(root, name="odd").path / "report.html").read_text(encoding="utf-8")
    assert 'title="circle/black.png"' in page


def test_the_model_says_where_in_a_picture_it_looks(model: Model, tmp_path: Path) -> None:
    found = model.explain_picture(CIRCLE, out=tmp_path / "why.jpg")
    assert found.label == model.predict_row({"image": CIRCLE.read_bytes()}).value
    assert (len(found.heat), len(found.heat[0])) == (8, 8)
    with Image.open(tmp_path / "why.jpg") as shown:
        assert shown.format == "JPEG"
    assert model.explain_picture(CIRCLE.read_bytes()).heat == found.heat
    assert model.explain_picture(CIRCLE, label="square").answer < 0.5


@pytest.fixture(scope="module")
def post(model: Model) -> Callable[..., Any]:
    """Return a function that asks a server of the model one path."""
    shelf = Shelf([f"shapes={model.path}"], lambda _: Found(model.opened.package, None))
    routes = routes_of(shelf.models)

    def ask(path: str, body: bytes, kind: str = "application/json") -> Any:
        request = Request(b"", {b"content-type": kind.encode()}, body)
        return json.loads(routes[path].answer(request).body)

    return ask


def test_a_server_takes_a_picture_as_it_is_in_a_form_and_in_json(post: Callable[..., Any]) -> None:
    content = CIRCLE.read_bytes()
    plain = post("/predict/image", content, "image/png")
    form = (
        b'--frontier\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
        b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="1.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + content + b"\r\n--frontier--\r\n"
    )
    held = post("/predict/image", form, "multipart/form-data; boundary=frontier")
    text = b64encode(content).decode()
    row = post("/predict", f'{{"row": {{"image": "{text}"}}}}'.encode())
    many = post("/predict-batch", f'{{"columns": {{"image": ["{text}", null]}}}}'.encode())
    assert plain["prediction"] == "circle"
    assert plain["probabilities"] == held["probabilities"] == row["probabilities"]
    assert many["predictions"] == ["circle", None]
    assert many["errors"][0]["code"] == "unreadable-picture"


def test_a_server_answers_each_file_of_a_form_by_its_name(model: Model, tmp_path: Path) -> None:
    square = SHAPES / "square" / "00.png"
    files = [
        ("file", ("round.png", CIRCLE.read_bytes(), "image/png")),
        ("file", ("läuft.png", b"hello", "image/png")),
        ("more", ("edged.png", square.read_bytes(), "image/png")),
    ]
    usual = [model.predict_row({"image": path.read_bytes()}).value for path in (CIRCLE, square)]
    trust = ("--trust", model.opened.package.signer)
    with running(tmp_path, [f"shapes={model.path}"], *trust) as server:
        told = server.client.post("/predict-batch", files=files, data={"note": "hello"}).json()
        assert told["files"] == ["round.png", "läuft.png", "edged.png"]
        assert told["predictions"] == [usual[0], None, usual[1]]
        ((row, name, detail),) = [(e["row"], e["sample"], e["detail"]) for e in told["errors"]]
        assert (row, name) == (2, "läuft.png")
        assert "'läuft.png' is no picture" in detail
        strict = server.client.post("/predict-batch?strict=true", files=files)
        assert (strict.status_code, strict.json()["sample"]) == (422, "läuft.png")

        two = server.client.post("/predict/image", files=[files[0], files[2]])
        assert two.status_code == 422
        assert "one file; 2 came: 'round.png', 'edged.png'" in two.json()["detail"]
        assert "/predict-batch" in two.json()["fix"]
        elsewhere = server.client.post("/predict", files=files)
        assert elsewhere.status_code == 415
        assert "a form of several is for /predict-batch" in elsewhere.json()["fix"]
        bodies = server.client.get("/openapi.json").json()["paths"]["/predict-batch"]["post"]
        assert "multipart/form-data" in bodies["requestBody"]["content"]


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"hello", "image/png", "unreadable-picture"),
        (b"", "image/png", "malformed-body"),
        (b"no form", "multipart/form-data; boundary=x", "malformed-body"),
        (b'{"row": {"image": "/etc/passwd"}}', "application/json", "unparseable-value"),
    ],
)
def test_what_is_no_picture_is_refused_by_the_server(
    post: Callable[..., Any], body: bytes, kind: str, code: str
) -> None:
    with pytest.raises(ModelyardError) as caught:
        post("/predict/image", body, kind)
    assert caught.value.code == code


def test_answers_need_no_torch(model: Model) -> None:
    program = (
        "import sys; sys.modules['torch'] = sys.modules['safetensors'] = None\n"
        "from pathlib import Path\n"
        "from modelyard.runtime.packages import open_package\n"
        "from modelyard.runtime.predictor import Predictor\n"
        "package = open_package(Path(sys.argv[1]), {sys.argv[2]})\n"
        "row = {'image': Path(sys.argv[3]).read_bytes()}\n"
        "print(Predictor.of(package).predict_row(row).value)\n"
        "assert 'polars' not in sys.modules\n"
    )
    signer = model.opened.package.signer
    done = subprocess.run(
        [sys.executable, "-c", program, model.path, signer, CIRCLE],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("circle", "")


def test_the_shapes_are_what_their_script_draws(tmp_path: Path) -> None:
    script = SHAPES.parents[1] / "draw_shapes.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, timeout=300)
    drawn = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.png"))
    assert drawn == sorted(path.relative_to(SHAPES) for path in SHAPES.rglob("*.png"))
    for name in drawn:
        one, two = (np.asarray(Image.open(root / name)) for root in (SHAPES, tmp_path))
        assert (one == two).all()


def test_the_command_line_needs_no_target_for_a_folder_and_tells_files_apart(
    cli: Callable[..., Any], tmp_path: Path
) -> None:
    said = [f"--set={name}={value}" for name, value in QUICK.items()]
    ending = cli("train", SHAPES, "--algorithm", "small-cnn", "--name", "shapes", *said)
    assert ending.code == 0, ending.err
    folder = tmp_path / "new"
    folder.mkdir()
    shutil.copy(CIRCLE, folder / "one.png")
    (folder / "two.png").write_bytes(b"broken")
    told = cli("predict", "shapes@1", folder)
    assert told.out.splitlines()[0] == "file,prediction"
    assert told.out.splitlines()[1] == "one.png,circle"
    assert "'two.png' is no picture" in told.err
    why = cli("explain", "shapes@1", CIRCLE, "--out", tmp_path / "why.jpg")
    assert "Answer: label = circle with probability" in why.out
    assert (tmp_path / "why.jpg").is_file()
    assert cli("explain", "shapes@1", tmp_path / "none.jpg").code == 5
    missing = cli("train", SHAPES.parent / "iris.csv")
    assert (missing.code, "--target is missing" in missing.err) == (4, True)
