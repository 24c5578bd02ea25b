"""Small copies of pictures: small, upright, and red where a model looks."""

import io
from base64 import b64decode

import numpy as np
import pytest

from modelyard.runtime.pictures.thumbnails import SIDE, small_copy, thumbnail

Image = pytest.importorskip("PIL.Image")


def png(width: int, height: int, **more: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), (120, 130, 140)).save(stream, "PNG", **more)
    return stream.getvalue()


def opened(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)), dtype=np.int64)


@pytest.mark.parametrize(
    ("size", "expected"), [((960, 480), (48, 96)), ((30, 20), (20, 30)), ((96, 2000), (96, 5))]
)
def test_a_copy_keeps_the_shape_and_is_never_larger_than_a_thumb(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert opened(small_copy(png(*size), "a.png")).shape[:2] == expected


def test_a_data_url_holds_a_jpeg() -> None:
    url = thumbnail(png(300, 200), "a.png")
    head, content = url.split(",")
    assert head == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(b64decode(content))).format == "JPEG"
    assert max(opened(b64decode(content)).shape) == SIDE


def test_a_copy_is_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(small_copy(png(96, 48, exif=exif), "a.png")).shape[:2] == (96, 48)


def test_what_speaks_for_an_answer_is_red_and_the_rest_is_grey() -> None:
    heat = [[0.0, 0.0], [0.0, 0.6]]
    shown = opened(small_copy(png(96, 96), "a.png", heat=heat))
    red = shown[..., 0] - shown[..., 2]
    assert red[80:, 80:].min() > 60
    assert np.abs(red[:20, :20]).max() < 12


def test_where_nothing_speaks_for_an_answer_nothing_is_red() -> None:
    shown = opened(small_copy(png(96, 96), "a.png", heat=[[-1.0, 0.0], [-0.5, 0.0]]))
    assert np.abs(shown[..., 0] - shown[..., 2]).max() < 12


def test_a_copy_holds_nothing_that_was_written_beside_the_pixels() -> None:
    exif = Image.Exif()
    exif[0x010F] = "the maker"
    stream = io.BytesIO()
    Image.new("RGB", (96, 48)).save(
        stream, "JPEG", exif=exif, comment=b"the place", xmp=b"the owner", icc_profile=b"the screen"
    )
    taken = stream.getvalue()
    copied = small_copy(taken, "a.jpg")
    for secret in (b"the maker", b"the place", b"the owner", b"the screen"):
        assert secret in taken
        assert secret not in copied
