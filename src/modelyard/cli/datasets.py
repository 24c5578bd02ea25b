"""`modelyard datasets`: files that the project keeps, by name and version."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._dataset_doors import datasets_at
from modelyard.cli._doors import URL
from modelyard.cli._options import DATA, JSON, pairs
from modelyard.cli._screen import confirm, print_facts, print_json, print_table
from modelyard.domain.errors import NotFound, UsageError

if TYPE_CHECKING:
    from modelyard.wire.datasets import DatasetVersionAnswer

# The rows of a preview that fit a screen.
_ROWS = 10


@click.group("datasets")
def datasets() -> None:
    """Keep data files by name and version."""


@datasets.command("list")
@URL
@JSON
def list_datasets(*, url: str | None, wants_json: bool) -> None:
    """List the datasets by name."""
    from modelyard.kit.numerals import counted

    with datasets_at(url) as asked:
        found = asked.find()
    if wants_json:
        print_json([{"name": each.name, "latest": _plain(each.latest)} for each in found])
        return
    rows = [(*_row(each.latest), each.n_versions) for each in found]
    print_table(counted(len(found), "dataset"), (*_HEADINGS, "versions"), rows=rows)


@datasets.command("add")
@click.argument("file", type=DATA)
@click.option("--name", help="Of the dataset; by default that of the file.")
@URL
@JSON
def add(file: Path, *, name: str | None, url: str | None, wants_json: bool) -> None:
    """Keep FILE as the next version of a dataset.

    The file is copied, read and checked; what was found out is shown by `show` and `preview`.
    """
    from modelyard.domain.names import slug

    _require_file(file)
    with datasets_at(url) as asked:
        version = asked.add(file, name=name or slug(file.name.partition(".")[0]))
    _tell(version, wants_json=wants_json)


@datasets.command("fix")
@click.argument("dataset")
@click.argument("fixes", nargs=-1, required=True, metavar="FINDING=FIX...")
@URL
@JSON
def fix(dataset: str, fixes: tuple[str, ...], *, url: str | None, wants_json: bool) -> None:
    """Mend what was found, as a new version.

    DATASET is a name or name@version. Say a fix as `train --fix` does, e.g. all=recommended. The
    bytes stay as they are: trainings on the new version mend alike, and so do the models that they
    make.
    """
    with datasets_at(url) as asked:
        version = asked.mend(dataset, pairs(fixes, "fix"))
    _tell(version, wants_json=wants_json)


@datasets.command("versions")
@click.argument("name")
@URL
@JSON
def versions(name: str, *, url: str | None, wants_json: bool) -> None:
    """List the versions of NAME, the newest first."""
    with datasets_at(url) as asked:
        found = asked.versions(name)
    if wants_json:
        print_json([_plain(each) for each in found])
        return
    print_table(name, _HEADINGS, rows=[_row(each) for each in found])


@datasets.command("show")
@click.argument("dataset")
@URL
@JSON
def show(dataset: str, *, url: str | None, wants_json: bool) -> None:
    """Show what is known of DATASET.

    Name it, e.g. sales or sales@3, or give the SHA-256 of its file.
    """
    with datasets_at(url) as asked:
        version = asked.show(dataset)
        models = list(asked.models_of(version.reference))
    if wants_json:
        print_json(_plain(version) | {"models": models})
        return
    facts = version.model_dump(mode="json", exclude={"applied"})
    print_facts(version.reference, facts | {"models": models})
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
@URL
@JSON
def preview(dataset: str, *, rows: int, url: str | None, wants_json: bool) -> None:
    """Show the first rows of DATASET."""
    from modelyard.kit.numerals import counted

    with datasets_at(url) as asked:
        found = asked.preview(dataset, n_rows=rows)
    if wants_json:
        print_json(found.model_dump(mode="json"))
        return
    headings = [column.name for column in found.columns]
    print_table(counted(found.n_rows, "row"), headings, rows=found.rows)


@datasets.command("load")
@click.argument("dataset")
@URL
@JSON
def load(dataset: str, *, url: str | None, wants_json: bool) -> None:
    """Load the rows of DATASET into the database.

    They are in the table training_data, a JSON document each, until the version is deleted.
    Trainings read the file. A platform loads them as a job, which `jobs list` shows.
    """
    from modelyard.kit.numerals import counted

    with datasets_at(url) as asked:
        reference, n_rows = asked.load(dataset)
    if wants_json:
        print_json({"dataset": reference, "loaded": n_rows})
    elif n_rows is None:
        click.echo(f"{reference}: the platform loads its rows; modelyard jobs list shows the job.")
    else:
        click.echo(f"{reference}: {counted(n_rows, 'row')} loaded.")


@datasets.command("delete")
@click.argument("dataset")
@click.option("--all", "is_all", is_flag=True, help="Delete every version of the name.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@URL
@JSON
def delete(dataset: str, *, is_all: bool, yes: bool, url: str | None, wants_json: bool) -> None:
    """Delete a version of DATASET.

    Name it with its version, e.g. sales@3. Runs and models that came of it keep its hash.
    """
    with datasets_at(url) as asked:
        if not is_all and "@" not in dataset:
            raise UsageError(
                f"'{dataset}' names no version, and one version is deleted.",
                fix=f"Name it, e.g. {asked.show(dataset).reference}, or add --all.",
                sample=dataset,
            )
        if not yes:
            what = f"every version of '{dataset}'" if is_all else dataset
            confirm(f"Delete {what}?", wants_json=wants_json)
        names = list(asked.delete(dataset, is_all=is_all))
    if wants_json:
        print_json({"deleted": names})
    else:
        click.echo(f"Deleted: {', '.join(names)}")


_HEADINGS = ("dataset", "state", "rows", "columns", "MB", "file", "created")


def _row(version: "DatasetVersionAnswer") -> tuple[object, ...]:
    return (
        version.reference,
        version.state.value,
        version.n_rows,
        version.n_columns,
        version.size_bytes / 1e6,
        version.filename,
        f"{version.created_at:%Y-%m-%d %H:%M}",
    )


def _tell(version: "DatasetVersionAnswer", *, wants_json: bool) -> None:
    if wants_json:
        print_json(_plain(version))
        return
    from modelyard.kit.numerals import counted

    size = f"{counted(version.n_rows or 0, 'row')}, {counted(version.n_columns or 0, 'column')}"
    click.echo(f"{version.reference}: {size}, SHA-256 {version.sha256}")
    for sentence in version.applied:
        click.echo(sentence)


def _plain(version: "DatasetVersionAnswer") -> dict[str, Any]:
    return version.model_dump(mode="json")


def _require_file(file: Path) -> None:
    if not file.exists():
        from modelyard.kit.matching import suggested_path

        fix = suggested_path(file)
        raise NotFound(f"There is no file '{file}'.", fix=fix, sample=str(file))
    if not file.is_file():
        raise UsageError(
            f"'{file}' is no file.",
            fix="Name one file; a folder of pictures is packed as a zip file first.",
            sample=str(file),
        )


COMMAND = datasets
