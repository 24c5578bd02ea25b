"""Reads a user's data and describes it, before anything is trained."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from modelyard.catalog import Catalog
from modelyard.domain.configs import ReadOptions
from modelyard.domain.datasets import ResolvedDataset
from modelyard.domain.profiles import Relations
from modelyard.domain.tables import RawTable
from modelyard.engine.examining import Examination, examine_table, examine_typed
from modelyard.engine.frames.forms import source_of
from modelyard.engine.relating import relate
from modelyard.kit.addresses import stated
from modelyard.reporting.profile_pages import ProfileSubject, render_profile
from modelyard.services.reading import TableReader
from modelyard.store.files import write_whole


@dataclass(frozen=True)
class DatasetService:
    """Reads and profiles."""

    catalog: Catalog
    tables: TableReader

    def require_readable(self, path: Path) -> None:
        """Refuse what no source reads, before anything else is asked of the user.

        Raises:
            NotFound: if there is no such file or folder, with the nearest name beside it.
            UsageError: if nothing reads files of its name.
        """
        source_of(path, self.catalog)

    def read(self, data: object, options: ReadOptions) -> RawTable:
        """Read a path or an object in memory into a raw table.

        Raises:
            DataError: if it is not a sound table.
            UsageError: if nothing can read it.
        """
        return self.tables.read(data, options)

    def read_kept(self, dataset: ResolvedDataset, options: ReadOptions) -> RawTable:
        """Read a dataset into a raw table that is known by its name, not by where its file lies.

        Raises:
            DataError: if it is not a sound table.
        """
        raw = self.read(dataset.path, options)
        return replace(raw, facts=replace(raw.facts, location=dataset.version.reference))

    def examine(
        self, data: object, options: ReadOptions, *, target: str | None = None, seed: int = 0
    ) -> Examination:
        """Type, profile and check a table; with a target, task and leakage as well."""
        checks = self.catalog.checks()
        if target is None:
            table = self.tables.read_typed(data, options)
            return examine_typed(table, options, checks=checks, seed=seed)
        raw, typing = self.read(data, options), self.tables.type_table
        return examine_table(raw, options, checks=checks, seed=seed, target=target, typing=typing)

    def relate(self, examination: Examination) -> Relations:
        """Measure what the columns of an examined table have to do with each other."""
        return relate(examination.table, examination.profile)


def write_profile(
    examination: Examination, relations: Relations, *, path: Path, target: str | None
) -> None:
    """Write the profile as one HTML page, to a file that appears whole or not at all.

    Raises:
        StoreError: if the file cannot be written.
    """
    write_whole(path, render_examination(examination, relations, target=target).encode())


def render_examination(
    examination: Examination, relations: Relations, *, target: str | None
) -> str:
    """Return the profile as one HTML page."""
    facts = examination.table.facts
    return render_profile(
        ProfileSubject(
            title=Path(facts.location).name or "A table in memory",
            profile=examination.profile,
            relations=relations,
            findings=examination.findings,
            source=facts,
            target=target or "",
            task=examination.task or "",
        )
    )


def location_of(data: object) -> str:
    """Return how a user named the data, a password left out; nothing for an object in memory."""
    return stated(data) if isinstance(data, str | Path) else ""


def plain_examination(examination: Examination, relations: Relations) -> Mapping[str, Any]:
    """Return what is known of a table as plain JSON values."""
    facts = asdict(examination.table.facts)
    return {
        "facts": facts,
        "task": examination.task,
        "task_reason": examination.task_reason,
        "profile": asdict(examination.profile),
        "relations": asdict(relations),
        "findings": [finding.to_dict() for finding in examination.findings],
    }
