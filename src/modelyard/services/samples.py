"""The sample tables that travel with the product: a first model needs no data of one's own."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from modelyard.domain.errors import StoreError
from modelyard.store.files import write_whole


@dataclass(frozen=True)
class Sample:
    """A sample table.

    Attributes:
        name: of the dataset that it becomes; that of its file without the suffix.
        about: what it holds and what it is good for, one sentence.
        target: the column that is usually predicted.
    """

    name: str
    about: str
    target: str

    @property
    def filename(self) -> str:
        """Of the file in the package."""
        return f"{self.name}.csv"


@dataclass(frozen=True)
class Placed:
    """Where the samples lie.

    Attributes:
        paths: in the order of `SAMPLES`.
        left: those of them that were there already, and are as they were.
    """

    paths: tuple[Path, ...]
    left: tuple[Path, ...]


TABLES = (
    Sample("iris", "150 flowers with four measurements: which of three species is it?", "species"),
    Sample(
        "penguins",
        "344 penguins, some of them not fully measured: a small table as it comes from the field.",
        "species",
    ),
    Sample("churn", "20 customers: just enough to see every step, too few to trust.", "target"),
)
SAMPLES = tuple(table.filename for table in TABLES)


def read_sample(name: str) -> bytes:
    """Return the content of one of `SAMPLES`."""
    return (files("modelyard") / "services" / "sample_tables" / name).read_bytes()


def write_samples(folder: Path) -> Placed:
    """Write the sample tables into a folder, which is made where it is missing.

    A file that is there already is left as it is, whatever it holds.

    Raises:
        StoreError: if the folder cannot be made or written.
    """
    paths = tuple(folder / name for name in SAMPLES)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        left = tuple(path for path in paths if path.exists())
        for path in paths:
            if path not in left:
                write_whole(path, read_sample(path.name))
    except OSError as error:
        raise StoreError(
            f"The sample tables cannot be written to '{folder}': {error.strerror}.",
            fix="Name a folder that you may write to.",
            sample=str(folder),
        ) from error
    return Placed(paths, left)
