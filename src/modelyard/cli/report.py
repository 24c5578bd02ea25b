"""`modelyard report`: the report of a model, as one file that opens offline."""

from pathlib import Path

import click

from modelyard.cli._options import DATA, JSON, TRUST
from modelyard.cli._screen import print_json


@click.command("report")
@click.argument("model")
@click.option("--out", type=DATA, help="HTML file to write; by default <name>-report.html.")
@click.option("--metrics", type=DATA, help="Write the metrics to this .json or .csv file as well.")
@TRUST
@JSON
def report(
    model: str,
    *,
    out: Path | None,
    metrics: Path | None,
    trust: tuple[str, ...],
    wants_json: bool,
) -> None:
    """Write the report of MODEL to an HTML file."""
    from modelyard.bootstrap import open_project
    from modelyard.services.reports import write_kept_metrics, write_report

    opened = open_project().predicting.open(model, trust=trust)
    path = out or Path(f"{opened.manifest.name}-report.html")
    write_report(opened.package, path)
    if metrics is not None:
        write_kept_metrics(opened.manifest, metrics)
    if wants_json:
        print_json(
            {
                "report": str(path),
                "model": opened.manifest.name,
                "task": opened.manifest.task,
                "metrics": opened.manifest.metrics,
            }
        )
    else:
        click.echo(f"Report written to {path}")


COMMAND = report
