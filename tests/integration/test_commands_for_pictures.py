"""What the command line says and takes where the data are pictures."""

import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.extras
pytest.importorskip("PIL.Image")
pytest.importorskip("torch")
pytest.importorskip("safetensors")

SHAPES = Path(__file__).parents[2] / "examples" / "data" / "shapes"
CIRCLE = SHAPES / "circle" / "00.png"
QUICK = {"image_height": 16, "image_width": 16, "channels": 8, "epochs": 12, "batch_size": 8}


@pytest.fixture
def trained(cli):
    said = [f"--set={name}={value}" for name, value in QUICK.items()]
    ending = cli("train", SHAPES, "--name", "shapes", *said)
    assert ending.code == 0, ending.err
    return ending.out


def test_one_picture_is_answered_as_the_folder_that_holds_it(trained, cli, tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    shutil.copy(CIRCLE, folder)
    for options in ([], ["--proba"], ["--json"]):
        assert cli("predict", "shapes", CIRCLE, *options) == cli(
            "predict", "shapes", folder, *options
        )
    out = tmp_path / "answers.csv"
    assert cli("predict", "shapes", CIRCLE, "--out", out).code == 0
    assert out.read_text("utf-8") == cli("predict", "shapes", CIRCLE).out
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"broken")
    ending = cli("predict", "shapes", broken)
    assert (ending.code, "'broken.png' is no picture" in ending.err) == (3, True)


def test_automl_says_that_it_takes_no_pictures_and_what_does(cli):
    for options in (["--time-limit", "20"], ["--algorithm", "auto"], ["--trials", "3"]):
        ending = cli("train", SHAPES, *options)
        assert ending.code == 4
        assert "AutoML takes no pictures yet" in ending.err
        assert "small-cnn" in ending.err
        assert "blending" not in ending.err
