"""A zip file of pictures is a dataset: read where it is, shown small, or refused by a sentence."""

import io
import json
import stat
import struct
import zipfile
import zlib

import numpy as np
import pytest

from modelyard.bootstrap import Project
from modelyard.domain.configs import ReadOptions
from modelyard.domain.datasets import DatasetFormat, DatasetState
from modelyard.domain.errors import NotFound
from modelyard.domain.galleries import GalleryQuery
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.engine.galleries import gallery_of
from modelyard.services.uploads import UploadRequest
from modelyard.settings import Settings

pytestmark = pytest.mark.extras
Image = pytest.importorskip("PIL.Image")

PLAIN = zipfile.ZIP_STORED


@pytest.fixture
def project(tmp_path):
    url = f"sqlite:///{tmp_path / 'modelyard.db'}"
    made = Project(Settings(tmp_path, url, tmp_path / "keys", 1))
    yield made
    made.database.close()


def drawn(at, *, size=(40, 20), form="PNG"):
    """Return a picture that none of another number equals."""
    pixels = np.random.default_rng(at).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    stream = io.BytesIO()
    image.save(stream, form)
    return stream.getvalue()


def packed(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", PLAIN) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def animals(n=4):
    return {
        f"{each}/{at}.png": drawn(at + 50 * (each == "dog"))
        for each in ("cat", "dog")
        for at in range(n)
    }


@pytest.fixture
def add(project):
    """Return a function that keeps a file, reads it, and returns the version."""

    def add_it(content, filename="animals.zip"):
        request = UploadRequest("animals", len(content), "local", filename=filename)
        return project.ingesting.ingest(project.uploads.take(request, [content]).reference)

    return add_it


def test_a_zip_file_of_class_folders_is_a_dataset_with_a_row_for_each_picture(project, add):
    version = add(packed(animals()))
    assert (version.refusal, version.state) == (None, DatasetState.READY)
    assert (version.format, version.n_rows, version.n_columns) == (DatasetFormat.PICTURES, 8, 3)
    preview = project.named_datasets.preview("animals", n_rows=1)
    assert [each["kind"] for each in preview.columns] == ["identifier", "image", "category"]
    assert preview.rows[0][0::2] == ["cat/0.png", "cat"]
    assert b"<!doctype html>" in project.named_datasets.profile_page("animals")


def test_nothing_of_a_zip_file_is_unpacked_to_the_disk(project, add, tmp_path):
    files = animals()
    add(packed(files))
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(content in files.values() for content in kept)


def test_some_pictures_of_each_class_are_shown_small_and_by_their_row(project, add):
    wide = {"cat/0.png": drawn(1, size=(600, 300)), "cat/1.jpg": drawn(2, form="JPEG")}
    add(packed(wide | {"dog/0.png": drawn(3)}))
    found = project.named_datasets.gallery("animals", GalleryQuery()).gallery
    assert [(each.label, each.n_pictures) for each in found.classes] == [("cat", 2), ("dog", 1)]
    assert [(each.row, each.file, each.label) for each in found.shown] == [
        (1, "cat/0.png", "cat"),
        (2, "cat/1.jpg", "cat"),
        (3, "dog/0.png", "dog"),
    ]
    first = found.shown[0]
    assert (first.width, first.height, first.format) == (600, 300, "PNG")
    small = Image.open(io.BytesIO(project.named_datasets.picture("animals", 1).thumbnail))
    assert (small.format, small.size) == ("JPEG", (128, 64))


def test_pictures_are_shown_page_by_page_and_by_class(project, add):
    add(packed(animals()))
    gallery = project.named_datasets.gallery
    first = gallery("animals", GalleryQuery(label="dog", limit=3))
    assert [each.row for each in first.gallery.shown] == [5, 6, 7]
    rest = gallery("animals", GalleryQuery(label="dog", limit=3, after_row=first.next_row))
    assert [each.row for each in rest.gallery.shown] == [8]
    assert rest.next_row is None
    assert rest.gallery.n_pictures == 8


def test_of_very_many_pictures_as_many_are_shown_of_each_class_as_fit(project, tmp_path):
    path = tmp_path / "animals.zip"
    path.write_bytes(packed(animals(n=6)))
    table = project.ingesting.tables.read_typed(path, ReadOptions())
    assert [each.row for each in gallery_of(table, most=4).shown] == [1, 4, 7, 10]


def test_what_a_finding_names_is_shown_in_any_case(project, tmp_path):
    path = tmp_path / "animals.zip"
    path.write_bytes(packed(animals(n=6)))
    table = project.ingesting.tables.read_typed(path, ReadOptions())
    named = {"cat/1.png", "dog/5.png", "gone.png"}
    shown = gallery_of(table, named=named, most=2).shown
    assert [each.file for each in shown] == ["cat/0.png", "cat/1.png", "dog/0.png", "dog/5.png"]


def test_the_pictures_of_a_finding_are_found_by_their_names(project, add):
    add(packed(animals()))
    query = GalleryQuery(files=frozenset({"cat/1.png", "dog/3.png", "gone.png"}))
    shown = project.named_datasets.gallery("animals", query).gallery.shown
    assert [each.file for each in shown] == ["cat/1.png", "dog/3.png"]


def test_a_row_whose_picture_is_not_shown_says_so(project, add):
    add(packed(animals()))
    with pytest.raises(NotFound, match="No small picture of row 99 "):
        project.named_datasets.picture("animals", 99)


def test_where_a_picture_was_taken_is_not_shown_with_it(project, add):
    exif = Image.Exif()
    exif[0x010E] = "in front of my house"
    stream = io.BytesIO()
    Image.new("RGB", (64, 64)).save(stream, "JPEG", exif=exif, comment=b"by Ada")
    add(packed({"cat/0.jpg": stream.getvalue(), "dog/0.png": drawn(1)}))
    small = project.named_datasets.picture("animals", 1).thumbnail
    assert b"my house" not in small
    assert b"by Ada" not in small


def test_the_parts_that_folders_name_are_told(project, add):
    files = {
        f"{part}/{each}": content
        for part in ("train", "test")
        for each, content in animals(2).items()
    }
    version = add(packed(files))
    assert version.n_columns == 4
    shown = project.named_datasets.gallery("animals", GalleryQuery()).gallery.shown
    assert [(each.part, each.label) for each in shown[::2]] == [
        ("test", "cat"),
        ("test", "dog"),
        ("train", "cat"),
        ("train", "dog"),
    ]
    found = json.loads(project.named_datasets.findings("animals"))
    (across,) = [each for each in found if each["code"] == "pictures-across-parts"]
    assert across["pictures"]
    assert all(each.startswith("train/") for each in across["pictures"])


def test_pictures_without_class_folders_have_no_classes(project, add):
    add(packed({"1.png": drawn(1), "2.png": drawn(2)}))
    found = project.named_datasets.gallery("animals", GalleryQuery()).gallery
    assert (found.n_pictures, found.classes, found.n_classes) == (2, (), 0)
    assert [each.label for each in found.shown] == [None, None]


def test_what_cannot_be_read_and_what_is_there_twice_are_findings(project, add):
    again = drawn(7)
    files = animals() | {"cat/broken.png": again[:60], "cat/a.png": again, "dog/b.png": again}
    version = add(packed(files))
    assert version.n_rows == 11
    told = project.named_datasets.findings("animals")
    assert b"unreadable-pictures" in told
    assert b"broken.png" in told
    assert b"conflicting-labels" in told
    assert project.named_datasets.gallery("animals", GalleryQuery()).gallery.n_pictures == 10


def _linked():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("cat/0.png", drawn(1))
        link = zipfile.ZipInfo("cat/1.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return stream.getvalue()


def _bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cat/0.png", drawn(1))
        archive.writestr("cat/1.bmp", b"BM" + bytes(8 << 20))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(_linked(), "is a link or a device", id="link"),
        pytest.param(_bomb(), "unpacks to more than 200 times its size", id="bomb"),
        pytest.param(
            packed({"cat/0.png": b"", "../../evil.png": b""}), "leads out of the archive", id="path"
        ),
        pytest.param(packed({"cat/inner.zip": b"PK"}), "is an archive itself", id="nested"),
        pytest.param(packed(animals())[:-40], "cannot be read as a zip file", id="cut"),
        pytest.param(packed({"a/sales.csv": b"a,b\n1,2\n"}), "There is no picture in", id="table"),
    ],
)
def test_an_archive_that_is_no_sound_one_is_refused_by_a_sentence(add, tmp_path, content, why):
    version = add(content, filename="animals.zip")
    assert version.state is DatasetState.FAILED
    assert why in version.refusal.detail
    assert "'animals.zip'" in version.refusal.detail
    assert version.refusal.fix
    assert str(tmp_path) not in repr(version)
    assert "/tmp" not in version.refusal.detail  # noqa: S108 - what must not be told


def _huge():
    """Return a picture of a few bytes that declares 60,000 × 60,000 pixels."""

    def chunk(kind, data):
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def test_a_picture_that_declares_more_pixels_than_are_opened_is_left_out_and_named(project, add):
    version = add(packed(animals() | {"cat/huge.png": _huge()}))
    assert version.state is DatasetState.READY
    assert b"60,000" in project.named_datasets.findings("animals")


def test_of_a_table_there_are_no_pictures(project, add):
    request = UploadRequest("people", 12, "local", filename="people.csv")
    project.ingesting.ingest(project.uploads.take(request, [b"a,b\n1,x\n2,y\n"]).reference)
    with pytest.raises(NotFound, match="people@1 has no pictures"):
        project.named_datasets.gallery("people", GalleryQuery())


def test_what_is_shown_goes_with_its_version(project, add, tmp_path):
    version = add(packed(animals()))
    assert list(tmp_path.rglob("pictures.ndjson"))
    project.named_datasets.delete(version.reference, caller=LOCAL_CALLER)
    assert not list(tmp_path.rglob("pictures.ndjson"))
    assert not list(tmp_path.rglob("*.zip"))
