"""`modelyard export`: a model in a form that other programs run."""

from pathlib import Path

import click

from modelyard.cli._options import DATA, JSON, TRUST
from modelyard.cli._screen import print_json


@click.command("export")
@click.argument("model")
@click.option(
    "--format",
    "form",
    default="onnx",
    show_default=True,
    help="onnx (one graph), scoring (a folder with an example that runs alone) or skops.",
)
@click.option("--out", type=DATA, required=True, help="File to write; for scoring a new folder.")
@TRUST
@JSON
def export(model: str, *, form: str, out: Path, trust: tuple[str, ...], wants_json: bool) -> None:
    """Write MODEL as other programs can run it.

    MODEL is a folder or a name such as iris@champion. The graph takes raw columns and answers as
    the package does, which is measured before it is written.
    """
    from modelyard.bootstrap import open_project
    from modelyard.services.exporting import export as export_model
    from modelyard.store.files import require_another

    opened = open_project().predicting.open(model, trust=trust)
    require_another(out, opened.package.folder)
    written = export_model(opened, form, path=out)
    if wants_json:
        print_json({"model": opened.manifest.name, "files": [str(path) for path in written]})
        return
    for path in written:
        click.echo(str(path))


COMMAND = export
