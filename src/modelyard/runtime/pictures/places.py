"""Where the files of pictures lie: in a folder that is not left, or in a zip that stays packed.

What a file is called was written by somebody else; it decides what is read, and never where.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock

from modelyard.domain.errors import UnreadablePicture, UnsafeArchive
from modelyard.kit.addresses import scheme_of
from modelyard.runtime.pictures.opening import MOST_BYTES

# A pipe among the files is not waited for.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
# One-colour bitmaps shrink to a hundredth; what is large and shrinks further says nothing.
_HIGHEST_RATIO = 200
_LARGE_BYTES = 1 << 20
_MOST_MEMBERS = 2_000_000
# As many bytes as four large pictures: so much may small members unpack to, however they shrink.
_LARGE_SUM_BYTES = 4 * MOST_BYTES
# The pictures of ImageNet's challenge have 150 GB (Russakovsky et al., 2015: 1.2 million of them).
_MOST_SUM_BYTES = 200_000_000_000
_IS_ENCRYPTED = 0x1
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What unpacking raises for bytes that are not what was packed.
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError)
_BACKSLASH = "where zip files have '/': some tools of Windows write it, so pack with another"
_PACKED = (".zip", ".7z", ".rar", ".gz", ".tar", ".tgz", ".bz2", ".xz")


@dataclass(frozen=True)
class Folder:
    """A folder of files; a name that leads out of it, by itself or by a link, is refused.

    Attributes:
        root: of the files.
    """

    root: Path

    def read(self, name: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            UnreadablePicture: if it is not there, not in the folder, no regular file, or too large.
        """
        path = self.root / name
        if scheme_of(name) is not None:
            raise UnreadablePicture(
                f"'{name}' is an address on the web, and pictures are not fetched from there.",
                fix="Fetch it into the folder of the table, and name its file.",
                sample=name,
            )
        if "\0" in name or not path.resolve().is_relative_to(self.root.resolve()):
            raise UnreadablePicture(
                f"'{name}' lies outside the folder of its table.",
                fix="Name pictures relative to their table, in its folder.",
                sample=name,
            )
        try:
            descriptor = os.open(path, _FLAGS)
            with os.fdopen(descriptor, "rb") as stream:
                mode = os.fstat(descriptor).st_mode
                if not stat.S_ISREG(mode):
                    raise _is_no_file(name, what="a folder" if stat.S_ISDIR(mode) else "no file")
                # One byte more than may be opened, which tells that it is too large.
                return stream.read(MOST_BYTES + 1)
        except IsADirectoryError as error:
            raise _is_no_file(name, what="a folder") from error
        except (FileNotFoundError, NotADirectoryError) as error:
            raise UnreadablePicture(
                f"'{name}' is not there.",
                fix="Check the path, which begins in the folder of its table.",
                sample=name,
            ) from error
        except OSError as error:
            raise UnreadablePicture(
                f"'{name}' cannot be read: {error.strerror}.",
                fix="Check that you may read it.",
                sample=name,
            ) from error


@dataclass(frozen=True)
class Archive:
    """A zip file of pictures, judged by `judged` before anything of it is read.

    Attributes:
        path: of the file.
        members: what is in it, by name.
    """

    path: Path
    members: Mapping[str, zipfile.ZipInfo] = field(repr=False)
    _opened: zipfile.ZipFile = field(repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    @classmethod
    def judged(cls, path: Path) -> "Archive":
        """Return the archive.

        Raises:
            UnsafeArchive: if it is no zip file, or names places outside itself, holds links, a name
                twice, encrypted members or further archives, or unpacks to more than pictures do.
        """
        try:
            opened = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise UnsafeArchive(
                f"'{path.name}' cannot be read as a zip file: {error}.",
                fix="Write it again.",
                sample=path.name,
            ) from error
        files = [each for each in opened.infolist() if not each.is_dir()]
        _require_sound(path, files)
        return cls(path, {each.filename: each for each in files}, opened)

    def read(self, name: str) -> bytes:
        """Return the bytes of a member, no more than it declares.

        Raises:
            UnreadablePicture: if it is larger than pictures are, or not what was packed.
        """
        member = self.members[name]
        if member.file_size > MOST_BYTES:
            raise UnreadablePicture(
                f"'{name}' has {member.file_size:,} bytes; a picture may have {MOST_BYTES:,}.",
                fix="Write it smaller, for example as JPEG.",
                sample=name,
            )
        try:
            with self._lock, self._opened.open(member) as stream:
                return stream.read(member.file_size)
        except _DAMAGED as error:
            raise UnreadablePicture(
                f"'{name}' cannot be unpacked: {error}.", fix="Pack it again.", sample=name
            ) from error


def _is_no_file(name: str, *, what: str) -> UnreadablePicture:
    return UnreadablePicture(
        f"'{name}' is {what}.", fix="Name the file of a picture, or leave it out.", sample=name
    )


def _require_sound(path: Path, files: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for each in files:
        fault = _fault_of(each)
        if each.filename in seen:
            fault = "is there twice"
        if fault:
            raise _unsafe(path, f"its member '{each.filename}' {fault}")
        seen.add(each.filename)
    packed = sum(each.compress_size for each in files)
    # Members that share their bytes are each as small as the file, and together larger.
    if packed > path.stat().st_size or len(files) > _MOST_MEMBERS:
        raise _unsafe(path, "its members overlap, or there are too many")
    unpacked = sum(each.file_size for each in files)
    most = max(_LARGE_SUM_BYTES, min(_HIGHEST_RATIO * packed, _MOST_SUM_BYTES))
    if unpacked > most:
        raise _unsafe(
            path, f"its members unpack to {unpacked:,} bytes together; {most:,} are the most"
        )


def _fault_of(member: zipfile.ZipInfo) -> str:
    """Return what is wrong with a member, by what the directory says of it; empty for nothing."""
    name = member.filename
    written = {name, getattr(member, "orig_filename", name)}
    mode = member.external_attr >> 16
    is_large = member.file_size > _LARGE_BYTES
    faults = {
        "leads out of the archive": any(_leads_out(each) for each in written),
        f"has a backslash in its name, {_BACKSLASH}": any("\\" in each for each in written),
        "is a link or a device": bool(stat.S_IFMT(mode)) and not stat.S_ISREG(mode),
        "is encrypted": bool(member.flag_bits & _IS_ENCRYPTED),
        "is packed by a method that is not read": member.compress_type not in _METHODS,
        "is an archive itself": name.lower().endswith(_PACKED),
        f"unpacks to more than {_HIGHEST_RATIO} times its size": is_large
        and member.file_size > _HIGHEST_RATIO * max(member.compress_size, 1),
    }
    return next((told for told, is_true in faults.items() if is_true), "")


def _leads_out(name: str) -> bool:
    plain = name.replace("\\", "/")
    is_odd = plain.startswith("/") or ":" in plain or "\0" in plain
    return is_odd or ".." in PurePosixPath(plain).parts


def _unsafe(path: Path, why: str) -> UnsafeArchive:
    return UnsafeArchive(
        f"'{path.name}' is refused: {why}.",
        fix="Pack the pictures anew: plain files in one folder for each class, nothing else.",
        sample=path.name,
    )
