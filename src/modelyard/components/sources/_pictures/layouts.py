"""Tells from where the files of pictures lie which class and which part each belongs to.

Four layouts are known: `class/file`, `part/class/file` with parts such as train and test, either of
them within one folder more, and files that lie in no folder, which have no class. A picture beside
the folders of the others has none either, and changes nothing for them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

from modelyard.domain.splits import TEST, TRAIN, VALIDATION
from modelyard.runtime.pictures.formats import promised_format

# What the parts are called by those who publish data sets.
_PARTS = MappingProxyType(
    {
        "train": TRAIN,
        "training": TRAIN,
        "val": VALIDATION,
        "valid": VALIDATION,
        "validation": VALIDATION,
        "dev": VALIDATION,
        "test": TEST,
        "testing": TEST,
    }
)
# What systems leave behind in folders.
_LEFT_BEHIND = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir"})


@dataclass(frozen=True)
class Placed:
    """One file with what its folders say.

    Attributes:
        name: path of the file, with slashes.
        label: None where the file lies in no class folder.
        part: one of those of a split, None where the folders name none.
    """

    name: str
    label: str | None
    part: str | None


@dataclass(frozen=True)
class Layout:
    """Every picture, and how many other files were passed over."""

    files: tuple[Placed, ...]
    n_others: int

    @property
    def has_labels(self) -> bool:
        """Whether there are class folders."""
        return any(each.label is not None for each in self.files)

    @property
    def has_parts(self) -> bool:
        """Whether folders say which part a picture belongs to."""
        return any(each.part is not None for each in self.files)


def layout_of(names: Iterable[str]) -> Layout:
    """Return the pictures in the order of their names.

    Args:
        names: paths of files with slashes, relative to the folder or the archive.
    """
    known = sorted(name for name in names if not _is_left_behind(name))
    pictures = [name for name in known if promised_format(name) is not None]
    folders = _unwrapped([PurePosixPath(name).parent.parts for name in pictures])
    has_parts = _names_parts(folders)
    placed = []
    for name, parts in zip(pictures, folders, strict=True):
        part = _PARTS[parts[0].lower()] if has_parts and parts else None
        classes = parts[1:] if has_parts else parts
        placed.append(Placed(name, classes[0] if classes else None, part))
    return Layout(tuple(placed), len(known) - len(pictures))


def _is_left_behind(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(each.startswith(".") or each.lower() in _LEFT_BEHIND for each in parts)


def _unwrapped(folders: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Take away the one folder that holds all others, as long as others are left in it."""
    left = list(folders)
    while len({parts[:1] for parts in left}) == 1 and _holds_folders(left):
        left = [parts[1:] for parts in left]
    return left


def _holds_folders(folders: Sequence[tuple[str, ...]]) -> bool:
    """Whether all lies in folders of the first one, or in several of them and beside."""
    within = [parts[1] for parts in folders if len(parts) > 1]
    return len(within) == len(folders) > 0 or len(set(within)) > 1


def _names_parts(folders: Sequence[tuple[str, ...]]) -> bool:
    found = {_PARTS.get(parts[0].lower()) for parts in folders if parts}
    return TRAIN in found and len(found) > 1 and None not in found
