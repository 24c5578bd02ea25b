"""The pictures of a dataset are told over HTTP: counted, by class, small, and of this tenant."""

import io
import zipfile

import numpy as np
import pytest

from modelyard.services.asking import Question
from modelyard.services.uploads import UploadRequest

pytestmark = pytest.mark.extras
Image = pytest.importorskip("PIL.Image")

DATASETS = "/api/v1/ml/datasets"
PICTURES = f"{DATASETS}/animals/versions/1/pictures"


def _drawn(at):
    pixels = np.random.default_rng(at).integers(0, 255, (20, 40, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def add(project):
    """Return a function that keeps five pictures for a tenant, and reads them."""

    def add_them(tenant, *, first):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for at, label in enumerate(["<b>cat</b>"] * 3 + ["dog"] * 2):
                archive.writestr(f"{label}/{at}.png", _drawn(first + at))
        content, theirs = stream.getvalue(), project.of(tenant)
        request = UploadRequest("animals", len(content), "user:e", filename="animals.zip")
        version = theirs.ingesting.ingest(theirs.uploads.take(request, [content]).reference)
        assert version.refusal is None

    return add_them


@pytest.fixture(autouse=True)
def animals(add):
    """Keep a zip file of five pictures for the tenant, and read it."""
    add("acme", first=0)


def test_pictures_are_told_by_class_and_page_by_page(ask):
    client = ask("viewer")
    first = client.get(PICTURES, params={"limit": 2})
    assert b"<b>" not in client.get(f"{DATASETS}/animals/versions/1/preview").content
    told = first.json()
    assert (told["n_pictures"], told["n_classes"]) == (5, 2)
    assert told["classes"][1] == {"label": "dog", "n_pictures": 2}
    assert [each["row"] for each in told["items"]] == [1, 2]
    rest = client.get(PICTURES, params={"cursor": told["next_cursor"]}).json()
    assert [each["row"] for each in rest["items"]] == [3, 4, 5]
    assert rest["next_cursor"] is None
    dogs = client.get(PICTURES, params={"label": "dog"}).json()
    assert {each["file"] for each in dogs["items"]} == {"dog/3.png", "dog/4.png"}


def test_a_picture_is_a_small_jpeg_that_a_browser_takes_for_nothing_else(ask):
    answer = ask("viewer").get(f"{PICTURES}/1")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert Image.open(io.BytesIO(answer.content)).size == (40, 20)


def test_pictures_of_datasets_of_one_name_are_each_its_own(ask, add):
    add("globex", first=10)
    ours, theirs = (ask(each).get(f"{PICTURES}/1").content for each in ("editor", "stranger"))
    assert ours != theirs
    # One that takes the name of another that is gone is another version.
    ask("editor").delete(f"{DATASETS}/animals")
    add("acme", first=20)
    assert ask("editor").get(f"{PICTURES}/1").status_code == 404
    latest = PICTURES.replace("/1/", "/latest/")
    replaced = ask("editor").get(f"{latest}/1")
    assert replaced.status_code == 200
    assert replaced.content not in {ours, theirs}


def test_a_row_that_is_not_there_says_so(ask):
    answer = ask("viewer").get(f"{PICTURES}/6")
    assert answer.status_code == 404
    assert "row 6" in answer.json()["detail"]


@pytest.mark.parametrize("wish", [{"limit": 101}, {"limit": 0}, {"cursor": "x"}, {"colour": "red"}])
def test_more_than_is_bounded_is_not_asked_for(ask, wish):
    assert ask("viewer").get(PICTURES, params=wish).status_code == 422


def test_another_tenant_finds_no_pictures(ask):
    assert ask("stranger").get(PICTURES).status_code == 404
    assert ask("stranger").get(f"{PICTURES}/1").status_code == 404


IMAGE = "/api/v1/ml/models/churn/predict/image"


def test_a_picture_for_a_model_that_is_not_deployed_is_told_what_to_do(ask, register):
    register("churn")
    answer = ask("viewer").post(IMAGE, content=_drawn(1), headers={"content-type": "image/png"})
    assert answer.status_code == 409
    assert "Deploy it" in answer.json()["fix"]


def test_a_picture_larger_than_a_deployment_takes_is_refused(ask, register):
    register("churn")
    assert ask("viewer").post(IMAGE, content=bytes(32_000_001)).status_code == 413


def test_pictures_in_a_form_are_asked_of_a_deployment_and_nothing_else_is(ask, register):
    register("churn")
    files = {"file": ("1.png", _drawn(1))}
    answer = ask("viewer").post(f"{IMAGE}s", files=files)
    assert answer.status_code == 409
    assert ask("viewer").post(f"{IMAGE}s", files={"file": bytes(32_000_001)}).status_code == 413
    single = ask("viewer").post(
        f"{IMAGE}s", content=_drawn(1), headers={"content-type": "image/png"}
    )
    assert single.status_code == 415
    assert "/predict/image" in single.json()["fix"]


def test_a_packed_picture_is_refused(ask, register):
    register("churn")
    headers = {"content-encoding": "gzip"}
    assert ask("viewer").post(IMAGE, content=_drawn(1), headers=headers).status_code == 415


def test_a_picture_goes_to_the_path_for_pictures_as_it_came():
    question = Question(b"\xff\xd8", "", "r", media_type="image/jpeg")
    assert (question.path, question.content) == ("/predict/image", b"\xff\xd8")
    assert Question(b"--x", "", "r", has_files=True).path == "/predict-batch"
    assert Question({"row": {}}, "", "r").path == "/predict"
    assert Question({"rows": []}, "", "r").path == "/predict-batch"
