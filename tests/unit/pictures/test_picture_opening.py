"""Every kind of picture comes to upright RGB as it is said to, and what is hostile to an error."""

import struct
import tracemalloc
import zlib
from io import BytesIO

import numpy as np
import pytest

from modelyard.domain.errors import UnreadablePicture
from modelyard.domain.pictures import Picture
from modelyard.runtime.pictures.looking import album_of, look_at
from modelyard.runtime.pictures.opening import open_upright
from modelyard.runtime.pictures.pixels import PictureForm

pytestmark = pytest.mark.extras
Image = pytest.importorskip("PIL.Image")

RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, size=(24, 40, 3), dtype=np.uint8)
FORM = PictureForm("image", 8, 8)


def written(image, form="PNG", **options) -> bytes:
    held = BytesIO()
    image.save(held, form, **options)
    return held.getvalue()


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(open_upright(content, "it").image)


def changes_of(content: bytes) -> tuple[str, ...]:
    return open_upright(content, "it").changes


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "GIF", "WEBP", "JPEG"])
def test_each_format_is_told_by_its_bytes_whatever_its_name_says(form: str) -> None:
    look = look_at(written(Image.fromarray(COLOURS), form), "cats/1.png")
    assert (look.format, look.width, look.height) == (form, 40, 24)
    is_said = f"named as PNG, but is {form}" in look.changes
    assert is_said is (form != "PNG")


def test_what_is_transparent_lies_on_white() -> None:
    clear = np.dstack([COLOURS, np.zeros((24, 40), np.uint8)])
    content = written(Image.fromarray(clear))
    assert (pixels(content) == 255).all()
    assert changes_of(content) == ("alpha on white",)


def test_a_palette_and_its_transparent_colour_are_kept() -> None:
    image = Image.fromarray(COLOURS).quantize(8)
    opaque, clear = written(image), written(image, transparency=0)
    assert np.abs(pixels(opaque).astype(int) - np.asarray(image.convert("RGB"))).max() == 0
    assert changes_of(opaque) == ("palette to RGB",)
    assert "alpha on white" in changes_of(clear)
    assert (pixels(clear)[np.asarray(image) == 0] == 255).all()


def test_cmyk_comes_to_rgb() -> None:
    content = written(Image.fromarray(COLOURS).convert("CMYK"), "TIFF")
    assert np.abs(pixels(content).astype(int) - COLOURS).max() <= 1
    assert changes_of(content) == ("CMYK to RGB",)


@pytest.mark.parametrize(("high", "depth"), [(4095, 12), (65535, 16), (200, 8)])
def test_deep_pictures_are_scaled_and_not_cut_off(high: int, depth: int) -> None:
    values = np.linspace(0, high, 64 * 64).reshape(64, 64).astype(np.uint16)
    content = written(Image.fromarray(values))
    seen = pixels(content)[:, :, 0]
    assert len(np.unique(seen)) >= min(high, 250)
    assert changes_of(content) == ((f"{depth} bits scaled to 8",) if depth > 8 else ())
    assert np.abs(seen / 255 - values / (2**depth - 1)).max() < 0.003


def test_a_deep_picture_is_never_held_in_double_precision_as_a_whole() -> None:
    side = 2048
    values = np.arange(side * side, dtype=np.uint32).reshape(side, side) % 60_000
    content = written(Image.fromarray(values.astype(np.uint16)))
    tracemalloc.start()
    seen = pixels(content)[:, :, 0]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # What is scaled at once, and one byte for each pixel and colour.
    assert peak < 8 * values.size + 3 * values.size + (8 << 20)
    assert np.abs(seen / 255 - values / 65_535).max() < 0.003


def test_floats_are_scaled_by_their_own_range() -> None:
    values = np.linspace(-3.0, 7.0, 600).reshape(20, 30).astype(np.float32)
    seen = pixels(written(Image.fromarray(values), "TIFF"))[:, :, 0]
    assert (seen.min(), seen.max()) == (0, 255)


@pytest.mark.parametrize("form", ["GIF", "TIFF", "PNG"])
def test_of_several_frames_the_first_is_taken_and_told(form: str) -> None:
    frames = [Image.fromarray(np.full((8, 8, 3), value, np.uint8)) for value in (10, 90, 200)]
    content = written(frames[0], form, save_all=True, append_images=frames[1:])
    assert (pixels(content) == 10).all()
    assert "first of 3 frames" in changes_of(content)


def test_the_frames_of_a_long_file_are_not_counted() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (3, 400, 400), dtype=np.uint8)
    frames = [Image.fromarray(each) for each in noise]
    content = written(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert len(content) > 256 << 10
    assert "first of several frames" in changes_of(content)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_equals_its_upright_twin(orientation: int) -> None:
    undo = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a.transpose(1, 0, 2), 2),
        8: lambda a: np.rot90(a, 3),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(undo[orientation](COLOURS))
    turned = written(Image.fromarray(stored), exif=exif)
    upright = written(Image.fromarray(COLOURS))
    assert (pixels(turned) == COLOURS).all()
    look = look_at(turned, "it")
    assert (look.width, look.height) == (40, 24)
    assert (FORM.pixels_of(Picture.of(turned)) == FORM.pixels_of(Picture.of(upright))).all()


# Kinds of EXIF values: 2 is text, 3 a number of 16 bits, 7 bytes.
@pytest.mark.parametrize(
    ("kind", "value"), [(2, b"6\0"), (7, b"\6\0"), (3, b"\0\0"), (3, b"\t\0"), (3, b"\xff\xff")]
)
def test_an_orientation_that_means_nothing_leaves_a_picture_as_it_is(
    kind: int, value: bytes
) -> None:
    count = 1 if kind == 3 else len(value)
    entry = struct.pack("<HHHI", 1, 0x0112, kind, count) + value + bytes(2)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + entry + bytes(4)
    opened = open_upright(written(Image.fromarray(COLOURS), exif=exif), "it")
    assert (opened.width, opened.height, opened.changes) == (40, 24, ())
    assert (np.asarray(opened.image) == COLOURS).all()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6])
def test_a_picture_that_ends_early_is_told_by_its_name(form: str, share: float) -> None:
    whole = written(Image.fromarray(RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)), form)
    with pytest.raises(UnreadablePicture, match=r"'cats/1\.png' is a broken"):
        look_at(whole[: int(len(whole) * share)], "cats/1.png")


@pytest.mark.parametrize("seed", range(40))
def test_mutated_bytes_are_a_picture_or_an_error_of_ours(seed: int) -> None:
    rng = np.random.default_rng(seed)
    form = ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"][seed % 6]
    content = bytearray(written(Image.fromarray(COLOURS), form))
    for at in rng.integers(12, len(content), size=6):
        content[at] = rng.integers(256)
    try:
        look = look_at(bytes(content), "it")
    except UnreadablePicture:
        return
    assert look.width * look.height > 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"hello", "no picture of a known format"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "of the format HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "of the format AVIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "of the format SVG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "of the format EPS"),
        (b"%PDF-1.7", "of the format PDF"),
    ],
)
def test_what_is_not_opened_is_named(content: bytes, words: str) -> None:
    with pytest.raises(UnreadablePicture, match=words):
        open_upright(content, "1.jpg")


def declared(width: int, height: int) -> bytes:
    """Return a PNG file of a few bytes that declares a size and holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + parts + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height"), [(13_000, 13_000), (100_000, 100_000), (1, 60_000_000)]
)
def test_a_picture_that_declares_too_many_pixels_is_never_decoded(width: int, height: int) -> None:
    with pytest.raises(UnreadablePicture, match="pixels; 50,000,000 are opened at most"):
        open_upright(declared(width, height), "1.png")


def test_a_gif_whose_frame_is_larger_than_it_declares_is_never_decoded() -> None:
    content = bytearray(written(Image.fromarray(COLOURS), "GIF"))
    frame = content.index(b"," + struct.pack("<HHHH", 0, 0, 40, 24))
    content[frame + 5 : frame + 9] = struct.pack("<HH", 60_000, 60_000)
    with pytest.raises(UnreadablePicture, match="pixels; 50,000,000 are opened at most"):
        open_upright(bytes(content), "1.gif")


def test_pictures_come_to_one_size_in_bytes() -> None:
    wide, tall = Image.fromarray(COLOURS), Image.fromarray(COLOURS.transpose(1, 0, 2))
    held = FORM.fill([Picture.of(written(each)) for each in (wide, tall)])
    assert (held.shape, held.dtype) == ((2, 8, 8, 3), np.uint8)


def test_a_row_without_a_picture_is_named() -> None:
    with pytest.raises(UnreadablePicture, match="Row 2, column 'image': there is no picture"):
        FORM.fill([Picture.of(written(Image.fromarray(COLOURS))), None])


def test_an_album_names_equal_files_once_and_leaves_out_what_cannot_be_read() -> None:
    files = {"a.png": written(Image.fromarray(COLOURS)), "broken.png": b"\x89PNG\r\n\x1a\n"}
    files["again.png"] = files["a.png"]
    cells, album = album_of(sorted(files), files.__getitem__)
    assert cells[0] == cells[1]
    assert cells[2] is None
    assert [each.name for each in album.unread] == ["broken.png"]
    assert album.picture(cells[0]).fetch() == files["a.png"]


def test_a_fingerprint_outlives_scaling_and_compressing() -> None:
    smooth = Image.fromarray(COLOURS).resize((200, 120), Image.Resampling.BICUBIC)
    one = look_at(written(smooth), "1.png").fingerprint
    same = look_at(written(smooth.resize((150, 90)), "JPEG", quality=70), "2.jpg").fingerprint
    other = look_at(written(Image.fromarray(COLOURS[::-1].copy())), "3.png").fingerprint
    assert (one ^ same).bit_count() <= 4
    assert (one ^ other).bit_count() > 10
