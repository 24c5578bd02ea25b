"""How a request carries a picture; a text is never the name of a file."""

from base64 import b64encode

import pytest

from modelyard.domain.pictures import Picture
from modelyard.runtime.pictures.requests import WHITE_PIXEL, picture_of

CONTENT = b"\x89PNG and more"
TEXT = b64encode(CONTENT).decode()


@pytest.mark.parametrize(
    "cell",
    [
        CONTENT,
        bytearray(CONTENT),
        TEXT,
        f"  {TEXT}\n",
        f"data:image/png;base64,{TEXT}",
        Picture.of(CONTENT),
    ],
)
def test_a_picture_comes_as_bytes_base64_or_a_data_url(cell: object) -> None:
    picture = picture_of(cell, "photo")
    assert picture is not None
    assert picture.fetch() == CONTENT


@pytest.mark.parametrize("cell", [None, "", "  ", b"", "data:image/png;base64,"])
def test_nothing_is_no_picture(cell: object) -> None:
    assert picture_of(cell, "photo") is None


@pytest.mark.parametrize(
    "cell", ["/etc/passwd", "cats/1.png", "file:///etc/passwd", "data:image/png,abc", 5, 1.5, []]
)
def test_everything_else_is_refused(cell: object) -> None:
    with pytest.raises(ValueError, match=r"no picture|no base64|no data URL"):
        picture_of(cell, "photo")


def test_equal_pictures_are_equal_whatever_they_are_called() -> None:
    assert Picture.of(CONTENT, "one") == Picture.of(CONTENT, "two")
    assert Picture.of(CONTENT) != Picture.of(b"other")


def test_the_white_pixel_is_a_png_file() -> None:
    picture = picture_of(WHITE_PIXEL, "photo")
    assert picture is not None
    assert picture.fetch().startswith(b"\x89PNG\r\n\x1a\n")
