"""The source that reads a folder of pictures: a row for each, with its folder for its class."""

import os
from dataclasses import dataclass
from pathlib import Path

from modelyard.components.sources._pictures.layouts import layout_of
from modelyard.components.sources._pictures.tables import table_of
from modelyard.domain.configs import ReadOptions
from modelyard.domain.tables import RawTable
from modelyard.protocols.sources import SourceCard
from modelyard.runtime.pictures.places import Folder


@dataclass(frozen=True)
class ImageFolderSource:
    """Reads folders, and one picture as a folder that holds nothing else."""

    card: SourceCard

    def read(self, location: Path | str, options: ReadOptions) -> RawTable:
        """Return the table of a folder: file, image, label and part, the latter where there are.

        Raises:
            NoRows: if there is no picture in it.
        """
        location = Path(location)
        root = location if location.is_dir() else location.parent
        names = _names_in(root) if location.is_dir() else [location.name]
        return table_of(
            layout_of(names),
            Folder(root).read,
            location=location,
            options=options,
            source=self.card.key,
        )


def _names_in(root: Path) -> list[str]:
    """Return the paths of all files below a folder; links to folders are not followed."""
    return [
        (Path(folder) / name).relative_to(root).as_posix()
        for folder, _, names in os.walk(root)
        for name in names
    ]


COMPONENT = ImageFolderSource(SourceCard("image-folder", "Folder of pictures", reads_folders=True))
