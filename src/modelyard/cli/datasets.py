"""`modelyard datasets`: files that the project keeps, by name and version."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._options import DATA, JSON, pairs
from modelyard.cli._screen import confirm, print_json, print_table
from modelyard.domain.errors import DataError, NotFound, UsageError
from modelyard.domain.identities import LOCAL_CALLER

if TYPE_CHECKING:
    from modelyard.bootstrap import Project
    from modelyard.domain.datasets import DatasetVersion

_CHUNK_BYTES = 1 << 20
# The rows of a preview that fit a screen.
_ROWS = 10


@click.group("datasets")
def datasets() -> None:
    """Keep data files by name and version."""


@datasets.command("list")
@JSON
def list_datasets(*, wants_json: bool) -> None:
    """List the datasets by name."""
    from modelyard.bootstrap import open_project
    from modelyard.kit.numerals import counted

    found = open_project().named_datasets.find().items
    if wants_json:
        print_json([{"name": each.name, "latest": _plain(each.latest)} for each in found])
        return
    rows = [(*_row(each.latest), each.n_versions) for each in found]
    print_table(counted(len(found), "dataset"), (*_HEADINGS, "versions"), rows=rows)


@datasets.command("add")
@click.argument("file", type=DATA)
@click.option("--name", help="Of the dataset; by default that of the file.")
@JSON
def add(file: Path, *, name: str | None, wants_json: bool) -> None:
    """Keep FILE as the next version of a dataset.

    The file is copied, read and checked; what was found out is shown by `show` and `preview`.
    """
    from modelyard.bootstrap import open_project
    from modelyard.domain.names import slug
    from modelyard.services.uploads import UploadRequest

    _require_file(file)
    project = open_project()
    request = UploadRequest(
        name=name or slug(file.name.partition(".")[0]),
        size_bytes=file.stat().st_size,
        created_by=LOCAL_CALLER.subject,
        filename=file.name,
    )
    version = project.uploads.take(request, _pieces(file))
    _read_and_tell(project, version, wants_json=wants_json)


@datasets.command("fix")
@click.argument("dataset")
@click.argument("fixes", nargs=-1, required=True, metavar="FINDING=FIX...")
@JSON
def fix(dataset: str, fixes: tuple[str, ...], *, wants_json: bool) -> None:
    """Mend what was found, as a new version.

    DATASET is a name or name@version. Say a fix as `train --fix` does, e.g. all=recommended. The
    bytes stay as they are: trainings on the new version mend alike, and so do the models that they
    make.
    """
    from modelyard.bootstrap import open_project
    from modelyard.services.named_datasets import Reading

    project = open_project()
    reading = Reading(fixes=pairs(fixes, "fix"))
    version = project.named_datasets.derive(dataset, reading, caller=LOCAL_CALLER)
    _read_and_tell(project, version, wants_json=wants_json)


@datasets.command("versions")
@click.argument("name")
@JSON
def versions(name: str, *, wants_json: bool) -> None:
    """List the versions of NAME, the newest first."""
    from modelyard.bootstrap import open_project

    found = open_project().named_datasets.versions(name).items
    if wants_json:
        print_json([_plain(each) for each in found])
        return
    print_table(name, _HEADINGS, rows=[_row(each) for each in found])


@datasets.command("show")
@click.argument("dataset")
@JSON
def show(dataset: str, *, wants_json: bool) -> None:
    """Show what is known of DATASET.

    Name it, e.g. sales or sales@3, or give the SHA-256 of its file.
    """
    from modelyard.bootstrap import open_project

    service = open_project().named_datasets
    version = service.get(dataset)
    offspring = service.lineage(version.reference)
    models = [each.reference for each in offspring.models] if offspring else []
    if wants_json:
        print_json(_plain(version) | {"models": models})
        return
    facts = _plain(version) | {"models": ", ".join(models)}
    print_table(
        version.reference,
        ("fact", "value"),
        rows=[(key, str(value)) for key, value in facts.items() if value not in ("", None)],
    )
    for sentence in version.applied:
        click.echo(sentence)


@datasets.command("preview")
@click.argument("dataset")
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=_ROWS,
    show_default=True,
    help="Most rows to show.",
)
@JSON
def preview(dataset: str, *, rows: int, wants_json: bool) -> None:
    """Show the first rows of DATASET."""
    from dataclasses import asdict

    from modelyard.bootstrap import open_project
    from modelyard.kit.numerals import counted

    found = open_project().named_datasets.preview(dataset, n_rows=rows)
    if wants_json:
        print_json(asdict(found))
        return
    headings = [column["name"] for column in found.columns]
    print_table(counted(found.n_rows, "row"), headings, rows=found.rows)


@datasets.command("load")
@click.argument("dataset")
@JSON
def load(dataset: str, *, wants_json: bool) -> None:
    """Load the rows of DATASET into the database.

    They are in the table training_data, a JSON document each, until the version is deleted.
    Trainings read the file.
    """
    from modelyard.bootstrap import open_project
    from modelyard.kit.numerals import counted

    project = open_project()
    version = project.named_datasets.require_ready(project.named_datasets.get(dataset))
    n_rows = project.ingesting.load_rows(version.reference)
    if wants_json:
        print_json({"dataset": version.reference, "loaded": n_rows})
    else:
        click.echo(f"{version.reference}: {counted(n_rows, 'row')} loaded.")


@datasets.command("delete")
@click.argument("dataset")
@click.option("--all", "is_all", is_flag=True, help="Delete every version of the name.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@JSON
def delete(dataset: str, *, is_all: bool, yes: bool, wants_json: bool) -> None:
    """Delete a version of DATASET.

    Name it with its version, e.g. sales@3. Runs and models that came of it keep its hash.
    """
    from modelyard.bootstrap import open_project

    service = open_project().named_datasets
    if not is_all and "@" not in dataset:
        raise UsageError(
            f"'{dataset}' names no version, and one version is deleted.",
            fix=f"Name it, e.g. {service.get(dataset).reference}, or add --all.",
            sample=dataset,
        )
    if not yes:
        what = f"every version of '{dataset}'" if is_all else dataset
        confirm(f"Delete {what}?", wants_json=wants_json)
    if is_all:
        gone = service.delete_all(dataset, caller=LOCAL_CALLER)
    else:
        gone = (service.delete(dataset, caller=LOCAL_CALLER),)
    names = [each.reference for each in gone]
    if wants_json:
        print_json({"deleted": names})
    else:
        click.echo(f"Deleted: {', '.join(names)}")


_HEADINGS = ("dataset", "state", "rows", "columns", "MB", "file", "created")


def _row(version: "DatasetVersion") -> tuple[object, ...]:
    return (
        version.reference,
        version.state.value,
        version.n_rows,
        version.n_columns,
        version.size_bytes / 1e6,
        version.filename,
        f"{version.created_at:%Y-%m-%d %H:%M}",
    )


def _read_and_tell(project: "Project", version: "DatasetVersion", *, wants_json: bool) -> None:
    """Read a new version here and now; one that is refused is not kept."""
    known = project.ingesting.ingest(version.reference)
    if known.refusal is not None:
        refusal = known.refusal
        project.named_datasets.delete(known.reference, caller=LOCAL_CALLER)
        raise DataError(
            refusal.detail,
            fix=refusal.fix,
            row=refusal.row,
            column=refusal.column,
            sample=refusal.sample,
        )
    if wants_json:
        print_json(_plain(known))
        return
    from modelyard.kit.numerals import counted

    size = f"{counted(known.n_rows or 0, 'row')}, {counted(known.n_columns or 0, 'column')}"
    click.echo(f"{known.reference}: {size}, SHA-256 {known.sha256}")
    for sentence in known.applied:
        click.echo(sentence)


def _plain(version: "DatasetVersion") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(version)


def _require_file(file: Path) -> None:
    if not file.exists():
        raise NotFound(f"There is no file '{file}'.", fix="Check the path.", sample=str(file))
    if not file.is_file():
        raise UsageError(f"'{file}' is no file.", fix="Name one file.", sample=str(file))


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while piece := stream.read(_CHUNK_BYTES):
            yield piece


COMMAND = datasets
