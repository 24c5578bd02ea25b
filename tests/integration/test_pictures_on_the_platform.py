"""A zip file of pictures on the platform: uploaded, trained on and predicted for by jobs, asked."""

import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import modelyard
from modelyard.bootstrap import Project
from modelyard.client.clients import Client
from modelyard.domain.datasets import DatasetState
from modelyard.domain.deployments import DeploymentState
from modelyard.domain.errors import DataError
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.domain.jobs import JobState
from modelyard.serving.exchanges import Request
from modelyard.serving.routes import routes_of
from modelyard.serving.shelf import Found, Shelf
from modelyard.wire.batches import BatchPredictRequest
from modelyard.wire.datasets import DatasetVersionAnswer
from modelyard.wire.jobs import TrainingRequest
from modelyard.worker.deploying import serving_deployments
from projects import work_off

pytestmark = pytest.mark.extras
pytest.importorskip("PIL.Image")

SHAPES = Path(__file__).parents[2] / "examples" / "data" / "shapes"
CIRCLE = SHAPES / "circle" / "00.png"


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("packed") / "shapes.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(SHAPES.rglob("*.png")):
            archive.write(file, file.relative_to(SHAPES).as_posix())
    return path


def _uploaded(project: Project, client: Client, file: Path) -> DatasetVersionAnswer:
    """Upload a file; where the process that reads it at once had no time for it, a job does."""
    version = client.datasets.upload(file, name=file.stem)
    if version.state is DatasetState.UNREAD:
        work_off(project)
    return client.datasets.show(version.reference)


def _asked(**more: object) -> TrainingRequest:
    configuration = {
        "data": {"image": {"image_size": [16, 16]}},
        "training": {"epochs": 12, "batch_size": 8},
        "modelyard": {"parameters": {"channels": 8}, "name": "shapes", **more},
    }
    return TrainingRequest.model_validate({"dataset": "shapes", "configuration": configuration})


def test_an_upload_in_parts_is_read_by_a_process_apart_and_can_be_looked_at(
    project: Project, client: Client, shapes: Path
) -> None:
    version = _uploaded(project, client, shapes)
    assert (version.state, version.n_rows) == (DatasetState.READY, 30)
    found = client.datasets.pictures("shapes")
    assert {each.label: each.n_pictures for each in found.classes} == {
        "circle": 10,
        "square": 10,
        "triangle": 10,
    }
    assert client.datasets.picture("shapes", 1).startswith(b"\xff\xd8\xff")


def test_a_zip_file_without_pictures_is_refused_by_a_sentence(
    project: Project, client: Client, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "tables.zip", "w") as archive:
        archive.writestr("sales.csv", "a,b\n1,2\n")
    version = _uploaded(project, client, tmp_path / "tables.zip")
    with pytest.raises(DataError, match=r"There is no picture in 'tables\.zip'"):
        client.datasets.read(version.reference)


def test_pictures_are_trained_on_and_predicted_for_by_jobs_and_logged_by_their_hash(
    project: Project, client: Client, shapes: Path, tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    _uploaded(project, client, shapes)
    job = client.jobs.train(_asked())
    work_off(project)
    done = client.jobs.show(job.id)
    assert done.state is JobState.SUCCEEDED, done.reason
    assert done.result["model"] == "shapes@1"
    results = client.models.results("shapes@1")
    assert [each.kind for each in client.models.show("shapes@1").columns] == ["image"]
    assert results.labels == ["circle", "square", "triangle"]

    batch = client.batches.ask(BatchPredictRequest(model="shapes@1", dataset="shapes"))
    work_off(project)
    answers = client.batches.download(batch.id, tmp_path / "answers.csv").read_text()
    assert answers.splitlines()[0] == "file,prediction"
    assert len(answers.splitlines()) == 31
    assert "circle/00.png,circle" in answers

    _is_logged_by_its_hash(project)


def test_hyperparameters_of_a_network_for_pictures_are_searched_by_a_job(
    project: Project, client: Client, shapes: Path
) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    _uploaded(project, client, shapes)
    space = {"learning_rate": "0.002..0.02 log"}
    search = {"type": "random", "trials": 2, "folds": 2, "space": space}
    job = client.jobs.train(_asked(search=search))
    work_off(project)
    done = client.jobs.show(job.id)
    assert done.state is JobState.SUCCEEDED, done.reason
    found = project.predicting.open("shapes@1").manifest
    assert found.search is not None
    assert 0.002 <= found.parameters["learning_rate"] <= 0.02


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_of_pictures_the_target_and_the_algorithm_go_without_saying(
    project: Project, client: Client, shapes: Path, url: str, cli: Any, where: str
) -> None:
    _uploaded(project, client, shapes)
    if where == "here":
        ending = cli("train", "shapes@1", "--set", "depth=18", "--json")
        assert ending.code != 0
        assert "small-cnn" in ending.error["detail"]
    else:
        ending = cli("train", "shapes@1", "--url", url, "--estimate", "--json")
        assert "one algorithm is named" in ending.error["detail"]


@pytest.mark.processes
def test_a_deployed_model_answers_one_picture_and_several_of_a_form_by_way_of_the_platform(
    project: Project, client: Client
) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    quick = {"image_height": 16, "image_width": 16, "channels": 8, "epochs": 12, "batch_size": 8}
    trained = modelyard.train(SHAPES, target="label", parameters=quick, project=project)
    model = project.models.get(trained.run.model or "")
    square = SHAPES / "square" / "00.png"
    with serving_deployments(project, asks_for_keys=False):
        project.deployments.deploy(LOCAL_CALLER, model, name="shapes")
        assert client.deployments.wait("shapes").state is DeploymentState.READY
        asked = {"1.png": CIRCLE.read_bytes(), "two words.png": square.read_bytes()}
        answer = client.predictions.ask_pictures("shapes", asked)
        assert answer.files == list(asked)
        alone = [client.predictions.ask_picture("shapes", each) for each in asked.values()]
        assert answer.predictions == [each.prediction for each in alone]
        assert answer.predictions[0] == "circle"
        partly = client.predictions.ask_pictures("shapes", {**asked, "2.png": b"no picture"})
        assert partly.predictions == [*answer.predictions, None]
        assert [each["row"] for each in partly.errors] == [3]


def _is_logged_by_its_hash(project: Project) -> None:
    """Ask the model as a deployment does, and look at what it would write down."""
    package = project.predicting.open("shapes@1").package
    shelf = Shelf(["shapes"], lambda _: Found(package, "shapes@1"))
    route = routes_of(shelf.models)["/predict/image"]
    content = CIRCLE.read_bytes()
    reply = route.answer(Request(b"", {b"content-type": b"image/png"}, content, is_logged=True))
    assert reply.told is not None
    kept = {"row": {"image": f"sha256:{sha256(content).hexdigest()}"}}
    assert json.loads(reply.told.rows) == kept
    assert json.loads(reply.body)["prediction"] == "circle"

    form = b"--x\r\nContent-Disposition: form-data; name=file; filename=1.png\r\n\r\n" + content
    headers = {b"content-type": b"multipart/form-data; boundary=x"}
    route = routes_of(shelf.models)["/predict-batch"]
    reply = route.answer(Request(b"", headers, form + b"\r\n--x--\r\n", is_logged=True))
    assert reply.told is not None
    assert json.loads(reply.told.rows) == {"rows": [kept["row"]]}
    assert json.loads(reply.body)["files"] == ["1.png"]
