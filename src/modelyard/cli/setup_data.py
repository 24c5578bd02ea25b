"""`modelyard setup-data`: puts the sample tables into a folder."""

from pathlib import Path

import click

from modelyard.cli._options import DATA, JSON
from modelyard.cli._screen import print_json


@click.command("setup-data")
@click.argument("folder", type=DATA, default=Path())
@JSON
def setup_data(folder: Path, *, wants_json: bool) -> None:
    """Write the sample tables into FOLDER.

    They are iris, penguins and churn, which is made up; the folder is by default the current one. A
    file that is there already is left as it is.
    """
    from modelyard.services.samples import write_samples

    placed = write_samples(folder)
    if wants_json:
        plain = {"files": placed.paths, "left": placed.left}
        print_json({name: [str(path) for path in paths] for name, paths in plain.items()})
        return
    for path in placed.paths:
        told = " (was there already, left as it is)" if path in placed.left else ""
        click.echo(f"{path}{told}")
    click.echo(f"Next: modelyard train {placed.paths[0]} --target species")


COMMAND = setup_data
