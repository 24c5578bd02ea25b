"""`modelyard compare`: models side by side, on the same rows where some are named."""

from pathlib import Path
from typing import Any

import click

from modelyard.cli._options import DATA, JSON, LOCATION, QUERY, TRUST, answering, dialect
from modelyard.cli._screen import print_json, print_table, progress


@click.command("compare")
@click.argument("models", nargs=-1, required=True)
@click.option("--data", type=LOCATION, help="Rows with a truth, to measure all models on.")
@click.option("--metric", help="Key of the metric that decides; by default the first model's own.")
@click.option("--out", type=DATA, help="HTML file to write the comparison to.")
@QUERY
@dialect
@TRUST
@JSON
def compare(
    models: tuple[str, ...],
    *,
    data: Path | str | None,
    query: str | None,
    metric: str | None,
    out: Path | None,
    trust: tuple[str, ...],
    wants_json: bool,
    **written: Any,
) -> None:
    """Put MODELS side by side, the best first.

    With --data all are measured on the same rows: how far each is behind the best has an interval,
    and what the rows cannot tell apart is a tie. Without it, what each training measured is shown.
    """
    from dataclasses import asdict

    from modelyard.bootstrap import open_project
    from modelyard.domain.configs import FileDialect
    from modelyard.domain.errors import UsageError
    from modelyard.reporting.comparisons import comparison_view
    from modelyard.services.comparing import write_comparison
    from modelyard.store.files import require_another

    if data is not None:
        data = answering(data, query)
    elif query is not None:
        raise UsageError("--query asks a database.", fix="Name it with --data.")
    require_another(out, data, *_folders(models))
    with progress(is_shown=not wants_json) as bar:
        bar.stage("Comparing")
        compared = open_project().comparing.compare(
            models, data, metric=metric, trust=trust, dialect=FileDialect(**written)
        )
    if out is not None:
        write_comparison(compared, out)
    if wants_json:
        print_json(asdict(compared))
        return
    view = comparison_view(compared)
    print_table(view.title, view.headings, rows=view.rows)
    print_table("Every metric", view.all_headings, rows=view.all_rows)
    for line in (view.verdict, *(f"Note: {note}" for note in view.notes)):
        click.echo(line)
    if out is not None:
        click.echo(f"Comparison written to {out}")


def _folders(models: tuple[str, ...]) -> list[Path]:
    """Return those of the models that are folders of packages."""
    from modelyard.runtime.packages import MANIFEST

    return [folder for folder in map(Path, models) if (folder / MANIFEST).is_file()]


COMMAND = compare
