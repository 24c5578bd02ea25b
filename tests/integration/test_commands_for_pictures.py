"""What the command line says and takes where the data are pictures."""

import re
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


def test_what_comes_next_names_a_folder_of_pictures(trained):
    assert "modelyard predict shapes@1 FOLDER_OF_PICTURES --out" in trained
    assert "NEW.csv" not in trained
    report = Path(re.findall(r"^Report: +(.+)$", trained, re.MULTILINE)[0]).read_text("utf-8")
    assert "modelyard predict shapes FOLDER_OF_PICTURES" in report
    assert "NEW.csv" not in report


def test_a_profile_of_pictures_counts_in_words_and_gives_no_empty_reason(cli, tmp_path):
    shutil.copytree(SHAPES, tmp_path / "photos")
    (tmp_path / "photos" / "notes.md").write_text("of mine", "utf-8")
    shutil.copy(CIRCLE, tmp_path / "photos" / "loose.png")
    told = cli("profile", tmp_path / "photos").out
    assert "Task: multiclass\n" in told
    assert "1 file is no picture by its name: passed over." in told
    assert "1 picture lies in no class folder, and has no label." in told


def test_one_picture_is_answered_as_the_folder_that_holds_it(trained, cli, tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    shutil.copy(CIRCLE, folder)
    for options in ([], ["--proba"], ["--json"]):
        assert cli("predict", "shapes", CIRCLE, *options) == cli(
            "predict", "shapes", folder, *options
        )
    out = tmp_path / "answers.csv"
    assert "1 prediction written to" in cli("predict", "shapes", CIRCLE, "--out", out).out
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
