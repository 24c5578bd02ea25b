"""`modelyard report`: the report of a model, as one file that opens offline."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelyard.cli._options import DATA, JSON, TRUST
from modelyard.cli._screen import print_json

if TYPE_CHECKING:
    from modelyard.services.predicting import OpenModel


@click.command("report")
@click.argument("model")
@click.option("--out", type=DATA, help="File to write; by default <name>-report.html or .md.")
@click.option(
    "--format",
    "form",
    help="html or markdown (a model card); of --plots svg or png; by default html and svg.",
)
@click.option("--plots", type=DATA, metavar="FOLDER", help="Draw every chart into this folder.")
@click.option("--metrics", type=DATA, help="Write the metrics to this .json or .csv file as well.")
@TRUST
@JSON
def report(
    model: str,
    *,
    out: Path | None,
    form: str | None,
    plots: Path | None,
    metrics: Path | None,
    trust: tuple[str, ...],
    wants_json: bool,
) -> None:
    """Write the report of MODEL to an HTML file.

    As markdown it is a model card. With --plots its charts are drawn again, each to a file of its
    own, and no page is written. No training data is needed for any of it.
    """
    from modelyard.bootstrap import open_project
    from modelyard.services.reports import write_kept_metrics, write_plots
    from modelyard.store.files import require_another

    opened = open_project().predicting.open(model, trust=trust)
    for place in (out, plots, metrics):
        require_another(place, opened.package.folder)
    if plots is not None:
        written = write_plots(opened.package, plots, form=form or "svg")
    else:
        written = (_write_page(opened, form or "html", out),)
    if metrics is not None:
        write_kept_metrics(opened.manifest, metrics)
    if not wants_json:
        told = "Report written to {}" if plots is None else "{}"
        click.echo("\n".join(told.format(path) for path in written))
        return
    print_json(
        {
            "report": str(written[0]) if plots is None else None,
            "files": [str(path) for path in written],
            "model": opened.manifest.name,
            "task": opened.manifest.task,
            "metrics": opened.manifest.metrics,
        }
    )


def _write_page(opened: "OpenModel", form: str, out: Path | None) -> Path:
    from modelyard.domain.errors import InvalidValue
    from modelyard.services.reports import write_card, write_report

    pages = {"html": (".html", write_report), "markdown": (".md", write_card)}
    if form not in pages:
        raise InvalidValue(
            f"A report is html or markdown, and plots are svg or png; '{form}' came.",
            fix="For plots, name their folder as well: --plots FOLDER.",
            sample=form,
        )
    suffix, write = pages[form]
    path = out or Path(f"{opened.manifest.name}-report{suffix}")
    write(opened.package, path)
    return path


COMMAND = report
