"""`modelyard evaluate`: how good a model is on rows with a truth."""

from pathlib import Path
from typing import Any

import click

from modelyard.cli._options import DATA, JSON, LOCATION, QUERY, TRUST, answering, dialect
from modelyard.cli._screen import print_json, progress


@click.command("evaluate")
@click.argument("model")
@click.argument("data", type=LOCATION)
@click.option("--metric", help="Key of the metric that decides; by default the model's own.")
@click.option("--threshold", type=float, help="Of two labels, to try in place of the model's own.")
@click.option(
    "--sensitive",
    multiple=True,
    metavar="COLUMN",
    help="Measure by the groups of this column, an input or not. May be repeated.",
)
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
    csv_path: Path | None,
    trust: tuple[str, ...],
    wants_json: bool,
    **options: Any,
) -> None:
    """Measure MODEL on rows with a truth.

    Every row of DATA that has the target counts. Each figure stands beside guessing, with its
    interval.
    """
    from modelyard.bootstrap import open_project
    from modelyard.cli._words import print_groups_and_learning, print_metrics, print_weaknesses
    from modelyard.domain.configs import FileDialect
    from modelyard.reporting.exports import evaluation_to_dict
    from modelyard.services.datasets import location_of
    from modelyard.services.reports import write_metrics
    from modelyard.store.files import require_another

    data = answering(data, query)
    require_another(csv_path, data)
    predicting = open_project().predicting
    with progress(is_shown=not wants_json) as bar:
        bar.stage("Verifying the package")
        opened = predicting.open(model, trust=trust)
        require_another(csv_path, opened.package.folder)
        bar.stage("Measuring")
        evaluation = predicting.evaluate(
            opened,
            data,
            metric=options.pop("metric"),
            threshold=options.pop("threshold"),
            sensitive=options.pop("sensitive"),
            dialect=FileDialect(**options),
        )
    if csv_path is not None:
        write_metrics(evaluation, csv_path)
    if wants_json:
        print_json({"model": model, "data": location_of(data)} | evaluation_to_dict(evaluation))
    else:
        print_metrics(evaluation, is_held_out=False)
        print_weaknesses(evaluation)
        print_groups_and_learning(evaluation)
        if evaluation.is_training_data:
            click.echo("Note: training learned from rows of this file, so the figures flatter.")


COMMAND = evaluate
