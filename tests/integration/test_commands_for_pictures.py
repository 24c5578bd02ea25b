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
DROPPED = ("--kind=photo=image", "--drop=photo", "--algorithm=dummy")
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


@pytest.fixture
def named(tmp_path):
    """Return a function that writes a table of paths and labels beside a copy of the pictures."""
    shutil.copytree(SHAPES, tmp_path / "shapes", dirs_exist_ok=True)
    files = [each.relative_to(tmp_path) for each in sorted((tmp_path / "shapes").rglob("*.png"))]

    def write(name="paths.csv", folder=""):
        rows = [f"{folder}{each.as_posix()},{each.parent.name}" for each in files]
        (tmp_path / name).write_text("\n".join(["photo,kind", *rows]), "utf-8")
        return tmp_path / name

    return write


def test_a_table_of_paths_is_answered_into_a_file_as_onto_the_screen(cli, named, tmp_path):
    data, out = named(), tmp_path / "answers.csv"
    said = [f"--set={name}={value}" for name, value in QUICK.items()]
    asked = ("--target", "kind", "--kind", "photo=image", "--name", "paths", *said)
    trained = cli("train", data, *asked)
    assert trained.code == 0, trained.err
    shown = cli("predict", "paths", data, "--proba")
    written = cli("predict", "paths", data, "--proba", "--out", out)
    assert (shown.code, written.code) == (0, 0), written.err
    assert out.read_text("utf-8") == shown.out
    assert len(shown.out.splitlines()) == 31

    from_folder = cli("predict", "paths", tmp_path / "shapes", "--proba")
    assert from_folder.code == 0, from_folder.err
    assert [each.partition(",")[2] for each in from_folder.out.splitlines()] == shown.out.split()
    one = cli("predict", "paths", CIRCLE, "--proba")
    assert one.out.splitlines()[1].partition(",")[2] == shown.out.splitlines()[1]

    data.write_text(data.read_text("utf-8").replace("circle/03", "circle/nowhere"), "utf-8")
    partly = cli("predict", "paths", data, "--keep", "photo", "--out", out)
    assert partly.code == 9, partly.err
    assert "circle/nowhere.png" in partly.err
    header, *rows = out.read_text("utf-8").splitlines()
    assert header == "photo,prediction"
    assert rows[3] == "shapes/circle/nowhere.png,"
    paths = [each.partition(",")[0] for each in data.read_text("utf-8").splitlines()]
    assert [each.partition(",")[0] for each in rows] == paths[1:]


def test_pictures_of_which_none_can_be_read_are_refused_with_the_first(cli, named):
    refused = cli("train", named(folder="elsewhere/"), "--target=kind", "--kind=photo=image")
    assert refused.code == 3
    assert "None of the 30 pictures of column 'photo' can be read" in refused.err
    assert "elsewhere/shapes/circle/00.png" in refused.err
    dropped = cli("train", named(folder="elsewhere/"), "--target=kind", *DROPPED)
    assert "None of the 30" not in dropped.err


def test_a_misspelt_column_of_pictures_is_told_with_the_nearest(cli, named):
    refused = cli("train", named(), "--target=kind", "--kind=foto=image")
    assert refused.code == 3
    assert "'photo'" in refused.err
