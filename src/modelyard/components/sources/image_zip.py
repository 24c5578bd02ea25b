"""The source that reads a zip file of pictures, which is never unpacked to the disk."""

from dataclasses import dataclass, replace
from pathlib import Path

from modelyard.components.sources._pictures.layouts import layout_of
from modelyard.components.sources._pictures.tables import table_of
from modelyard.components.sources._typed import opened
from modelyard.domain.configs import ReadOptions
from modelyard.domain.tables import RawTable
from modelyard.protocols.sources import SourceCard
from modelyard.runtime.pictures.places import Archive


@dataclass(frozen=True)
class ImageZipSource:
    """Reads zip files."""

    card: SourceCard

    def read(self, location: Path | str, options: ReadOptions) -> RawTable:
        """Return the table of an archive, as of the folder that was packed.

        Raises:
            UnsafeArchive: if the archive is no sound one.
            NoRows: if there is no picture in it.
        """
        path = Path(location)
        with opened(path, self.card.title):
            archive = Archive.judged(path)
            raw = table_of(
                layout_of(archive.members),
                archive.read,
                location=path,
                options=options,
                source=self.card.key,
            )
        return replace(raw, facts=replace(raw.facts, size_bytes=path.stat().st_size))


COMPONENT = ImageZipSource(SourceCard("image-zip", "Zip file of pictures", (".zip",)))
