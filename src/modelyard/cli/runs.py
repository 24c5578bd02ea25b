"""`modelyard runs`: the history of trainings."""

import os.path
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._doors import URL, runs_at
from modelyard.cli._options import DATA, JSON, pairs
from modelyard.cli._records import add_tagging, fields_of, plain_of, print_kept_metrics
from modelyard.cli._screen import confirm, print_facts, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.domain.runs import Run
    from modelyard.domain.trials import Trial
    from modelyard.wire.runs import RunAnswer, RunDetail, TrialAnswer

# Under which the record keeps the name of a candidate of AutoML.
_CANDIDATE = "candidate"
_SUCCEEDED = "succeeded"


@click.group("runs")
def runs() -> None:
    """List, show, tag and delete trainings."""


@runs.command("list")
@click.option("--name", help="Of the model.")
@click.option("--status", help="running, succeeded, failed or cancelled.")
@click.option("--algorithm", help="Key of an algorithm.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Only with this tag.")
@click.option("--sort", default="started_at", show_default=True, help="A field or a metric.")
@click.option("--ascending", is_flag=True, help="Smallest first.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Most rows to show.",
)
@click.option("--out", type=DATA, help="Write them to this .csv or .json file as well.")
@URL
@JSON
def list_runs(*, out: Path | None, url: str | None, wants_json: bool, **options: Any) -> None:
    """List trainings, the newest first."""
    from modelyard.domain.queries import RunQuery
    from modelyard.domain.runs import RunStatus
    from modelyard.domain.words import member_called
    from modelyard.services.runs import write_runs
    from modelyard.store.files import require_another

    status = options["status"]
    query = RunQuery(
        name=options["name"],
        status=member_called(RunStatus, status, what="status") if status else None,
        algorithm=options["algorithm"],
        tags=pairs(options["tags"], "--tag"),
        sort=options["sort"],
        is_descending=not options["ascending"],
        limit=options["limit"],
    )
    with runs_at(url) as asked:
        found = asked.find(query)
    if out is not None:
        require_another(out, *_data_of(found))
        write_runs([fields_of(run) for run in found], out)
    if wants_json:
        print_json([plain_of(run) for run in found])
        return
    # What the list is sorted by is what a reader looks for.
    by = query.sort if any(query.sort in run.metrics for run in found) else None
    headings = ("run", "started", "name", "status", "algorithm", "metric", "value", "model")
    print_table(
        f"{len(found)} training{'' if len(found) == 1 else 's'}",
        headings,
        rows=[_row(run, metric=by or run.metric) for run in found],
    )


@runs.command("show")
@click.argument("run")
@click.option("--out", type=DATA, help="Write its trials to this .csv or .json file as well.")
@URL
@JSON
def show(run: str, *, out: Path | None, url: str | None, wants_json: bool) -> None:
    """Show one training.

    RUN is its id, or the beginning of it.
    """
    from modelyard.services.runs import write_trials
    from modelyard.store.files import require_another

    with runs_at(url) as asked:
        found = asked.get(run)
        trials = asked.trials(found.id)
    if out is not None:
        require_another(out, *_data_of([found]))
        write_trials([fields_of(each) for each in trials], out)
    if wants_json:
        print_json(plain_of(found) | {"trials": [plain_of(each) for each in trials]})
        return
    print_facts(f"Training {found.id}", _facts(found))
    if found.metrics:
        print_kept_metrics(found.metrics)
    if trials:
        _print_trials(trials)
    for finding in found.findings:
        click.echo(f"{finding['severity']}: {finding['name']}: {finding['message']}")


@runs.command("delete")
@click.argument("run")
@click.option("--yes", is_flag=True, help="Do not ask.")
@URL
@JSON
def delete(run: str, *, yes: bool, url: str | None, wants_json: bool) -> None:
    """Forget a training without a model.

    No model came of it, or its model is deleted.
    """
    with runs_at(url) as asked:
        found = asked.get(run)
        if not yes:
            confirm(f"Forget the training {found.id} of '{found.name}'?", wants_json=wants_json)
        asked.delete(found.id)
    if wants_json:
        print_json({"deleted": found.id})
    else:
        click.echo(f"Forgotten: {found.id}")


def _row(run: "Run | RunAnswer", *, metric: str) -> tuple[object, ...]:
    return (
        run.id,
        f"{run.started_at:%Y-%m-%d %H:%M}",
        run.name,
        run.status.value,
        run.algorithm,
        metric,
        run.metrics.get(metric, {}).get("value"),
        run.model,
    )


def _data_of(found: "Sequence[Run | RunDetail | RunAnswer]") -> list[Path]:
    """Return the files that trainings have learned from, as far as they lie here."""
    from modelyard.domain.runs import Run

    locations = [each.data_location for each in found if isinstance(each, Run)]
    return [Path(each) for each in locations if os.path.isfile(each)]  # noqa: PTH113 -- never fails


def _facts(run: "Run | RunDetail") -> dict[str, object]:
    """Return what a person asks of a training; --json has the rest."""
    return {
        "name": run.name,
        "status": run.status.value,
        "reason": run.reason,
        "model": run.model,
        "task": run.task,
        "algorithm": run.algorithm,
        "metric": run.metric,
        # A platform tells no path of its own.
        "data": getattr(run, "data_location", None),
        "SHA-256": run.data_sha256,
        "rows": run.n_rows,
        "seed": run.seed,
        "started": f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC",
        "took": "" if run.duration_s is None else f"{run.duration_s:.1f} s",
        "of it the fit": "" if run.fit_s is None else f"{run.fit_s:.1f} s",
        "tags": run.tags,
    }


def _print_trials(trials: "Sequence[Trial | TrialAnswer]") -> None:
    if any(_CANDIDATE in each.parameters for each in trials):
        _print_candidates(trials)
        return
    names = list(trials[0].parameters)
    rows = [
        (
            str(each.number),
            each.status.value,
            each.score,
            *(each.parameters[name] for name in names),
            f"{each.duration_s:.1f} s",
            each.reason,
        )
        for each in trials
    ]
    headings = ("trial", "status", "score", *names, "took", "why")
    noun = "trial" if len(trials) == 1 else "trials"
    print_table(f"{len(trials)} {noun}, the best first", headings, rows=rows)


def _print_candidates(trials: "Sequence[Trial | TrialAnswer]") -> None:
    """Show the candidates of AutoML, each with hyperparameters of its own; --json has these."""
    from modelyard.kit.numerals import size

    rows = [
        (
            str(each.number),
            each.parameters.get(_CANDIDATE),
            each.status.value,
            # One of some folds alone is not held against others.
            each.score if each.status.value == _SUCCEEDED else None,
            f"{each.duration_s:.1f} s",
            size(each.peak_bytes) if each.peak_bytes else "",
            each.why,
            each.reason,
        )
        for each in trials
    ]
    headings = ("trial", "candidate", "status", "score", "took", "memory", "why", "error")
    print_table(f"{len(trials)} candidates, the best first", headings, rows=rows)


add_tagging(
    runs,
    runs_at,
    noun="RUN",
    title="a training",
    name_of=lambda run: run.id,
)
COMMAND = runs
