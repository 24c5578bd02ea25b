"""Pictures on the page: shown by class with names that do nothing, trained on, and asked about."""

import io
import zipfile
from importlib.util import find_spec

import numpy as np
import pytest

from modelyard.services.uploads import UploadRequest
from modelyard.ui.pictures.walls import wall_of
from modelyard.ui.predicting import picture_programs
from modelyard.ui.training.watching import left_of
from modelyard.wire.galleries import PictureAnswer

pytestmark = pytest.mark.extras
Image = pytest.importorskip("PIL.Image")
HOSTILE = '"><script>alert(1)</script>'


def _drawn(at):
    pixels = np.random.default_rng(at).integers(0, 255, (20, 40, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def add(project):
    """Return a function that keeps pictures under the names of their files, and reads them."""

    def add_them(*names):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for at, name in enumerate(names):
                archive.writestr(name, _drawn(at))
        content = stream.getvalue()
        request = UploadRequest("animals", len(content), "local", filename="animals.zip")
        version = project.ingesting.ingest(project.uploads.take(request, [content]).reference)
        assert version.refusal is None
        return version

    return add_them


def _texts(app):
    return " ".join(str(each.value) for each in (*app.markdown, *app.caption, *app.info))


def test_a_dataset_of_pictures_is_shown_by_class(page, add):
    add("cat/1.png", "cat/2.png", "dog/3.png")
    app = page("data", dataset="animals@1")
    assert not app.exception
    assert "3 pictures" in _texts(app)
    (classes,) = [each for each in app.selectbox if each.label == "Class"]
    assert list(classes.options) == ["Every class: 3 pictures", "cat: 2", "dog: 1"]
    classes.select("dog").run()
    assert not app.exception
    assert [each.label for each in app.tabs] == ["Overview", "History"]


def test_what_is_chosen_of_pictures_is_of_these_pictures_whatever_they_are_called(page, add):
    version = add("cat/1.png", "dog/2.png")
    app = page("data", dataset=version.reference)
    (classes,) = [each for each in app.selectbox if each.label == "Class"]
    classes.select("dog").run()
    assert app.session_state[f"wall-class-{version.sha256}"] == "dog"


def test_names_of_files_and_classes_do_nothing_on_the_page():
    told = PictureAnswer(
        row=1, file=HOSTILE, label=HOSTILE, part=None, width=1, height=1, format="PNG", thumbnail=""
    )
    drawn = wall_of([told])
    assert "<script" not in drawn
    assert '"&gt;' not in drawn
    assert "&quot;&gt;&lt;script&gt;" in drawn


def test_pictures_without_classes_teach_nothing_and_the_page_says_so(page, add):
    if find_spec("torch") is None:
        pytest.skip("The page says first that networks are not installed.")
    add("1.png", "2.png")
    app = page("train", dataset="animals@1")
    assert not app.exception
    assert "lie in no class folders" in _texts(app)


@pytest.mark.skipif(find_spec("torch") is not None, reason="Networks are installed.")
def test_where_networks_are_not_installed_the_page_names_what_installs_them(page, add):
    add("cat/1.png", "dog/2.png")
    app = page("train", dataset="animals@1")
    assert not app.exception
    assert "modelyard[networks]" in _texts(app).replace("\\", "")
    assert not [each for each in app.button if each.label == "Start training"]


@pytest.mark.parametrize(
    ("done", "total", "since_s", "begun", "left_s"),
    [(15, 30, 50.0, 10, 150.0), (10, 30, 50.0, 10, None), (11, 30, 0.0, 10, None)],
)
def test_the_time_left_of_a_stage_is_told_by_the_pace_that_was_seen(
    done, total, since_s, begun, left_s
):
    assert left_of(done, total, since_s=since_s, begun=begun) == left_s


@pytest.mark.parametrize("language", ["curl", "python", "javascript"])
def test_programs_send_a_picture_with_a_key_where_people_log_in(language):
    write = getattr(picture_programs, language)
    address = "http://127.0.0.1:8000/api/v1/ml/models/shapes@1/predict/image"
    assert "YOUR_KEY" not in write(address, has_key=False)
    told = write(address, has_key=True)
    assert address in told
    assert "Bearer YOUR_KEY" in told
    assert "application/octet-stream" in told
