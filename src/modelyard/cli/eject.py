"""`modelyard eject`: a model as a script that trains it again without this library."""

from pathlib import Path

import click

from modelyard.cli._options import DATA, JSON, TRUST
from modelyard.cli._screen import print_json, progress


@click.command("eject")
@click.argument("model")
@click.option("--out", type=DATA, help="New folder to write; by default NAME-ejected.")
@click.option("--data", type=DATA, help="Where the data of the training are now.")
@click.option("--member", metavar="NAME", help="Of a blend, the member to train.")
@TRUST
@JSON
def eject(
    model: str,
    *,
    out: Path | None,
    data: Path | None,
    member: str | None,
    trust: tuple[str, ...],
    wants_json: bool,
) -> None:
    """Write MODEL as a script of your own.

    It trains the model again in the libraries' own words, and needs nothing of Modelyard.

    MODEL is a name such as iris@champion. The folder holds train.py, the part of each row in
    split.csv, and requirements.lock. The script is run once: it gives the metric of the model, or
    nothing is written.
    """
    from dataclasses import asdict

    from modelyard.bootstrap import open_project

    place = out or Path(f"{model.partition('@')[0]}-ejected")
    with progress(is_shown=not wants_json) as bar:
        ejected = open_project().ejecting.eject(
            model, out=place, progress=bar, data=data, member=member, trust=trust
        )
    if wants_json:
        files = [str(path) for path in ejected.files]
        print_json(asdict(ejected) | {"folder": str(ejected.folder), "files": files})
        return
    for path in ejected.files:
        click.echo(str(path))
    of = "the model" if member is None else "the whole blend"
    click.echo(
        f"{ejected.metric}: {ejected.found:.6g} by the script, {ejected.expected:.6g} of {of}."
    )


COMMAND = eject
