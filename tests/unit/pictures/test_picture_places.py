"""No name leads out of a folder of pictures, and no zip file unpacks to more than it should."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from modelyard.domain.errors import UnreadablePicture, UnsafeArchive
from modelyard.runtime.pictures.places import Archive, Folder


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def described(path: Path, info: zipfile.ZipInfo, content: bytes = b"x") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, content)
    return path


def test_a_member_is_read_where_it_is_packed(tmp_path: Path) -> None:
    archive = Archive.judged(packed(tmp_path / "a.zip", {"cats/1.png": b"one", "dogs/1.png": b"2"}))
    assert archive.read("cats/1.png") == b"one"
    assert sorted(archive.members) == ["cats/1.png", "dogs/1.png"]
    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize(
    "name",
    [
        "../out.png",
        "cats/../../out.png",
        "/etc/out.png",
        "C:/out.png",
        "cats\\..\\out.png",
        "\\etc\\out.png",
        "\\\\host\\out.png",
        "C:\\out.png",
    ],
)
def test_a_member_that_leads_out_refuses_the_archive(tmp_path: Path, name: str) -> None:
    info = zipfile.ZipInfo("place")
    info.filename = info.orig_filename = name
    with pytest.raises(UnsafeArchive, match="leads out of the archive"):
        Archive.judged(described(tmp_path / "a.zip", info))


@pytest.mark.parametrize("name", ["cats\\1.png", "cats/in\\1.png", "1.png\\"])
def test_a_backslash_in_a_plain_name_is_named_as_what_refuses_the_archive(
    tmp_path: Path, name: str
) -> None:
    info = zipfile.ZipInfo("place")
    info.filename = info.orig_filename = name
    with pytest.raises(UnsafeArchive, match="has a backslash in its name, where zip") as told:
        Archive.judged(described(tmp_path / "a.zip", info))
    assert "leads out" not in str(told.value)


def test_a_link_in_an_archive_refuses_it(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("cats/1.png")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(UnsafeArchive, match="is a link"):
        Archive.judged(described(tmp_path / "a.zip", info, b"/etc/passwd"))


def test_a_name_that_is_there_twice_refuses_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cats/1.png", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("cats/1.png", b"two")
    with pytest.raises(UnsafeArchive, match="is there twice"):
        Archive.judged(path)


def test_an_encrypted_member_refuses_the_archive(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"cats/1.png": b"one"})
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    with pytest.raises(UnsafeArchive, match="is encrypted"):
        Archive.judged(path)


def test_an_archive_in_an_archive_refuses_it(tmp_path: Path) -> None:
    with pytest.raises(UnsafeArchive, match="is an archive itself"):
        Archive.judged(packed(tmp_path / "a.zip", {"cats/more.zip": b"PK"}))


def test_a_member_that_unpacks_without_end_refuses_the_archive(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"cats/1.png": bytes(8 << 20)})
    with pytest.raises(UnsafeArchive, match="more than 200 times its size"):
        Archive.judged(path)


def test_small_members_that_together_unpack_without_end_refuse_the_archive(tmp_path: Path) -> None:
    nothing = bytes(1 << 20)
    few = packed(tmp_path / "few.zip", {f"cats/{at}.bmp": nothing for at in range(16)})
    assert len(Archive.judged(few).members) == 16
    many = packed(tmp_path / "many.zip", {f"cats/{at}.bmp": nothing for at in range(257)})
    with pytest.raises(
        UnsafeArchive, match=r"269,484,032 bytes together; 268,435,456 are the most"
    ):
        Archive.judged(many)


def test_members_that_share_their_bytes_refuse_the_archive(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"cats/1.png": os.urandom(4096)})
    content = path.read_bytes()
    at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entry = content[at:end]
    # A second entry of the directory, under another name, for the same bytes.
    directory = entry + entry.replace(b"cats/1.png", b"cats/2.png")
    tail = bytearray(content[end:])
    tail[8:12] = (2).to_bytes(2, "little") * 2
    tail[12:16] = len(directory).to_bytes(4, "little")
    path.write_bytes(content[:at] + directory + bytes(tail))
    with pytest.raises(UnsafeArchive, match="overlap"):
        Archive.judged(path)


def test_what_is_no_zip_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK but no more")
    with pytest.raises(UnsafeArchive, match="cannot be read as a zip file"):
        Archive.judged(tmp_path / "a.zip")


def test_a_member_that_was_damaged_is_told_by_its_name(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"cats/1.png": os.urandom(512)})
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UnreadablePicture, match=r"'cats/1\.png' cannot be unpacked"):
        Archive.judged(path).read("cats/1.png")


def test_a_member_that_no_longer_inflates_is_told_by_its_name(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"cats/1.png": b"one " * 200})
    content = bytearray(path.read_bytes())
    # The first byte of what is packed names a kind of block that there is not.
    content[content.index(b"cats/1.png") + len("cats/1.png")] = 0x07
    path.write_bytes(content)
    with pytest.raises(UnreadablePicture, match=r"'cats/1\.png' cannot be unpacked"):
        Archive.judged(path).read("cats/1.png")


@pytest.mark.parametrize("name", ["../secret.png", "cats/../../secret.png", "link.png"])
def test_no_name_leads_out_of_a_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    root = tmp_path / "pictures"
    root.mkdir()
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(UnreadablePicture, match="lies outside"):
        Folder(root).read(name)


def test_an_absolute_name_leads_out_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePicture, match="lies outside"):
        Folder(tmp_path / "pictures").read("/etc/hostname")


def test_a_pipe_among_the_files_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "1.png")
    with pytest.raises(UnreadablePicture, match="is no file"):
        Folder(tmp_path).read("1.png")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for name in ("1.png", "none/1.png"):
        with pytest.raises(UnreadablePicture, match=r"'(none/)?1\.png' is not there") as told:
            Folder(tmp_path).read(name)
        assert told.value.fix == "Check the path, which begins in the folder of its table."


def test_a_folder_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    with pytest.raises(UnreadablePicture, match="'cats' is a folder"):
        Folder(tmp_path).read("cats")


def test_an_address_on_the_web_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePicture, match=r"'https://a\.test/1\.png' is an address"):
        Folder(tmp_path).read("https://a.test/1.png")
