"""`modelyard evaluate`: how good a model is on rows with a truth."""

from pathlib import Path

import click

from modelyard.cli._options import DATA, JSON, LOCATION, QUERY, TRUST, answering, dialect
from modelyard.cli._screen import print_json, progress


@click.command("evaluate")
@click.argument("model")
@click.argument("data", type=LOCATION)
@click.option("--metric", help="Key of the metric that decides; by default the model's own.")
@click.option("--threshold", type=float, help="Of two labels, to try in place of the model's own.")
@click.option("--csv", "csv_path", type=DATA, help="Write the metrics to this CSV file as well.")
@QUERY
@dialect
@TRUST
@JSON
def evaluate(
    model: str,
    data: Path | str,
    *,
    query: str | None,
    metric: str | None,
    threshold: float | None,
    csv_path: Path | None,
    trust: tuple[str, ...],
    wants_json: bool,
    **written: str | None,
) -> None:
    """Measure MODEL on rows with a truth.

    Every row of DATA that has the target counts. Each figure stands beside guessing, with its
    interval.
    """
    from modelyard.bootstrap import open_project
    from modelyard.cli._words import print_metrics, print_weaknesses
    from modelyard.domain.configs import FileDialect
    from modelyard.reporting.exports import evaluation_to_dict
    from modelyard.services.datasets import location_of
    from modelyard.services.reports import write_metrics

    data = answering(data, query)
    predicting = open_project().predicting
    with progress(is_shown=not wants_json) as bar:
        bar.stage("Verifying the package")
        opened = predicting.open(model, trust=trust)
        bar.stage("Measuring")
        evaluation = predicting.evaluate(
            opened, data, metric=metric, threshold=threshold, dialect=FileDialect(**written)
        )
    if csv_path is not None:
        write_metrics(evaluation, csv_path)
    if wants_json:
        print_json({"model": model, "data": location_of(data)} | evaluation_to_dict(evaluation))
    else:
        print_metrics(evaluation, is_held_out=False)
        print_weaknesses(evaluation)
        if evaluation.is_training_data:
            click.echo("Note: training learned from rows of this file, so the figures flatter.")


COMMAND = evaluate
