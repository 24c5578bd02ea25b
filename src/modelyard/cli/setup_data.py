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

    written = write_samples(folder)
    if wants_json:
        print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        click.echo(str(path))
    click.echo(f"Next: modelyard train {written[0]} --target species")


COMMAND = setup_data
