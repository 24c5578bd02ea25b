"""Whatever lies in a folder or a zip file of pictures: what can be read is, and the rest is named.

Each case is one of those that the product must stand: broken, odd, huge and hostile files.
"""

import struct
import subprocess
import sys
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelyard.bootstrap import Project, open_project
from modelyard.domain.configs import ReadOptions
from modelyard.domain.errors import UnsafeArchive
from modelyard.domain.tables import RawTable
from modelyard.settings import Settings

pytestmark = pytest.mark.extras
Image = pytest.importorskip("PIL.Image")

RNG = np.random.default_rng(6)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    place = tmp_path / "home"
    return open_project(Settings(place, f"sqlite:///{place}/m.db", place / "keys", threads=1))


def encoded(form: str = "PNG", mode: str = "RGB", side: int = 12, **more: Any) -> bytes:
    stream = BytesIO()
    bands = len(Image.new(mode, (1, 1)).getbands())
    shape = (side, side, bands) if bands > 1 else (side, side)
    pixels = RNG.integers(0, 255, shape, dtype=np.uint8)
    Image.fromarray(pixels, mode).save(stream, form, **more)
    return stream.getvalue()


def folder(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def sound(n: int = 3) -> dict[str, bytes]:
    return {f"{label}/{at}.png": encoded() for label in ("cats", "dogs") for at in range(n)}


def read(project: Project, path: Path) -> RawTable:
    return project.datasets.read(path, ReadOptions())


def unread(table: RawTable) -> dict[str, str]:
    return {each.name: each.reason for each in table.known.albums["image"].unread}


def test_broken_and_empty_files_are_listed_by_name_and_the_rest_is_read(
    project: Project, tmp_path: Path
) -> None:
    whole = encoded("JPEG", side=64)
    bad = {"cats/cut.jpg": whole[: len(whole) // 2], "dogs/zero.png": b"", "dogs/text.png": b"hi"}
    table = read(project, folder(tmp_path / "pets", sound() | bad))
    assert set(unread(table)) == set(bad)
    assert table.frame["image"].null_count() == 3
    assert table.frame.height == 9


def test_every_conversion_is_told(project: Project, tmp_path: Path) -> None:
    clear = encoded("PNG", "RGBA")
    deep = BytesIO()
    Image.fromarray(RNG.integers(0, 4096, (12, 12)).astype(np.uint16)).save(deep, "PNG")
    moving = encoded("GIF", "L", save_all=True, append_images=[Image.new("L", (12, 12), 9)])
    exif = Image.Exif()
    exif[0x0112] = 6
    files = {
        "cats/cmyk.jpg": encoded("JPEG", "CMYK"),
        "cats/clear.png": clear,
        "cats/deep.png": deep.getvalue(),
        "dogs/moving.gif": moving,
        "dogs/turned.jpg": encoded("JPEG", exif=exif),
        "dogs/named.png": encoded("JPEG"),
    }
    looks = read(project, folder(tmp_path / "pets", files)).known.albums["image"].looks
    changes = {each.name: " ".join(each.changes) for each in looks.values()}
    told = {
        "cats/cmyk.jpg": "CMYK",
        "cats/clear.png": "alpha on white",
        "cats/deep.png": "12 bits scaled to 8",
        "dogs/moving.gif": "first of 2 frames",
        "dogs/turned.jpg": "turned upright",
        "dogs/named.png": "named as PNG, but is JPEG",
    }
    assert {name: words in changes[name] for name, words in told.items()} == dict.fromkeys(
        told, True
    )


def test_formats_that_are_not_opened_are_named(project: Project, tmp_path: Path) -> None:
    bad = {
        "cats/phone.heic": b"\0\0\0\x18ftypheic" + bytes(40),
        "cats/drawn.svg": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        "dogs/printed.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    }
    told = unread(read(project, folder(tmp_path / "pets", sound() | bad)))
    named = [told[name].split(";")[0].rpartition(" ")[2] for name in bad]
    assert named == ["HEIC", "SVG", "EPS"]


def declared(side: int) -> bytes:
    """Return a PNG file of one colour whose pixels would fill half a gigabyte."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    packer, row = zlib.compressobj(1), bytes(1 + 3 * side)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells of its memory")
def test_a_picture_of_169_million_pixels_is_refused_before_it_fills_the_memory(
    tmp_path: Path,
) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(declared(13_000))
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from modelyard.runtime.pictures.looking import look_at\n"
        "from modelyard.domain.errors import UnreadablePicture\n"
        "try:\n"
        "    look_at(Path(sys.argv[1]).read_bytes(), 'huge.png')\n"
        "except UnreadablePicture as error:\n"
        "    print(error.message)\n"
        "told = Path('/proc/self/status').read_text()\n"
        "print(told.partition('VmHWM:')[2].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    message, most = done.stdout.splitlines()
    assert "declares 13,000 × 13,000 pixels" in message
    # What the process has held itself, in kilobytes; `getrusage` counts what began it as well.
    assert int(most) * 1024 < 200e6


def test_a_class_of_one_picture_empty_folders_and_leftovers_of_systems_are_read(
    project: Project, tmp_path: Path
) -> None:
    files = sound() | {"rare/deep/er/1.png": encoded(), "__MACOSX/cats/._1.png": b"\0" * 80}
    root = folder(tmp_path / "pets", files)
    (root / "empty").mkdir()
    table = read(project, root)
    assert sorted(table.frame["label"].unique().to_list()) == ["cats", "dogs", "rare"]
    assert table.frame.height == 7
    assert unread(table) == {}


@pytest.mark.parametrize("name", ["../out.png", "/out.png", "cats\\..\\..\\out.png"])
def test_an_archive_that_leads_out_leaves_no_file_anywhere(
    project: Project, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "in" / "pets.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cats/1.png", encoded())
        member = zipfile.ZipInfo("x")
        member.filename = name
        archive.writestr(member, encoded())
    with pytest.raises(UnsafeArchive):
        read(project, path)
    assert not list(tmp_path.rglob("out.png"))
    assert [each.name for each in path.parent.iterdir()] == ["pets.zip"]
