"""The way from a zip file of pictures to a model that is asked by dropping one, in a browser."""

import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from visiting import open_page, press, see, upload

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.extras
pytest.importorskip("PIL.Image")

SHAPES = Path(__file__).parents[2] / "examples" / "data" / "shapes"


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    path = tmp_path / "drawn-shapes.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(SHAPES.rglob("*.png")):
            archive.write(file, file.relative_to(SHAPES).as_posix())
    return path


def _brought(tab: "Page", file: Path) -> None:
    """Upload a zip file of pictures, and wait until it has been looked at."""
    open_page(tab, "data")
    upload(tab, file)
    press(tab, "Upload")
    see(tab, re.compile("^30 pictures · "))


def test_pictures_are_seen_by_their_class_with_what_was_found(tab: "Page", shapes: Path) -> None:
    _brought(tab, shapes)
    see(tab, re.compile("pictures that hardly differ"))
    # Above it there are those that findings name.
    tab.get_by_role("combobox", name="Class").wait_for()
    wall = tab.locator("ul:has(img)").last
    pictures = wall.get_by_role("img", name=re.compile(r"\.png: (circle|square|triangle)$"))
    pictures.nth(29).wait_for()
    assert pictures.count() == 30
    # A picture that a browser cannot draw has no width of its own.
    assert pictures.first.evaluate("each => each.naturalWidth") == 64
    tab.get_by_role("combobox", name="Class").click()
    tab.get_by_role("option", name="square: 10").click()
    wall.get_by_role("img", name=re.compile("^circle")).first.wait_for(state="detached")
    assert pictures.count() == 10


def test_from_a_zip_file_to_the_answer_to_a_picture_that_is_dropped(
    tab: "Page", shapes: Path, tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    _brought(tab, shapes)
    press(tab, "Train a model")
    see(tab, re.compile("^A small convolutional network"))
    press(tab, "Start training", settles=False)
    see(tab, "See the results", within_s=300)
    press(tab, "See the results")
    see(tab, re.compile("Predicts label"))
    press(tab, "Try it", role="link")
    press(tab, "Deploy it")
    see(tab, "Drop pictures here", within_s=120)
    upload(tab, SHAPES / "circle" / "00.png")
    see(tab, re.compile("with a probability of"))
    see(tab, re.compile("^circle$"))

    broken = tmp_path / "broken.png"
    broken.write_bytes((SHAPES / "circle" / "00.png").read_bytes()[:60])
    upload(tab, broken)
    see(tab, re.compile("is a broken PNG picture"))
    see(tab, "1 picture answered")
