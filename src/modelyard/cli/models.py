"""`modelyard models`: the registry of models."""

from typing import Any

import click

from modelyard.cli._doors import URL, models_at, require_here
from modelyard.cli._options import JSON, pairs
from modelyard.cli._records import add_tagging, plain_of, print_kept_metrics
from modelyard.cli._screen import confirm, print_facts, print_json, print_table
from modelyard.domain.errors import UsageError


@click.group("models")
def models() -> None:
    """Keep and promote models."""


@models.command("list")
@click.option("--name", help="Of the model.")
@click.option("--algorithm", help="Key of an algorithm.")
@click.option("--alias", help="Only versions with this alias.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Only with this tag.")
@click.option("--sort", default="created_at", show_default=True, help="A field or a metric.")
@click.option("--ascending", is_flag=True, help="Smallest first.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Most rows to show.",
)
@URL
@JSON
def list_models(*, url: str | None, wants_json: bool, **options: Any) -> None:
    """List model versions, the newest first."""
    from modelyard.domain.queries import ModelQuery

    query = ModelQuery(
        name=options["name"],
        algorithm=options["algorithm"],
        alias=options["alias"],
        tags=pairs(options["tags"], "--tag"),
        sort=options["sort"],
        is_descending=not options["ascending"],
        limit=options["limit"],
    )
    with models_at(url) as asked:
        found = asked.find(query)
    if wants_json:
        print_json([plain_of(model) for model in found])
        return
    headings = ("model", "aliases", "task", "algorithm", "metric", "value", "MB", "created")
    rows = [
        (
            model.reference,
            ", ".join(model.aliases),
            model.task.value,
            model.algorithm,
            model.metric,
            model.metrics.get(model.metric, {}).get("value"),
            model.size_bytes / 1e6,
            f"{model.created_at:%Y-%m-%d %H:%M}",
        )
        for model in found
    ]
    from modelyard.kit.numerals import counted

    print_table(counted(len(found), "model"), headings, rows=rows)


@models.command("show")
@click.argument("model")
@URL
@JSON
def show(model: str, *, url: str | None, wants_json: bool) -> None:
    """Show MODEL with its lineage.

    The lineage is the training and the data that it came from.
    """
    with models_at(url) as asked:
        origin = asked.origin(model)
        evaluations = asked.evaluations_of(origin.model)
    if wants_json:
        parts = {name: plain_of(part) for name, part in vars(origin).items()}
        print_json(parts | {"evaluations": [plain_of(each) for each in evaluations]})
        return
    from modelyard.kit.numerals import counted

    facts = plain_of(origin.model)
    metrics = facts.pop("metrics")
    print_facts(origin.model.reference, facts)
    print_kept_metrics(metrics)
    if origin.run is not None:
        click.echo(f"Trained by run {origin.run.id} with seed {origin.run.seed}.")
    if origin.dataset is not None:
        # A platform tells no path of its own.
        place = getattr(origin.dataset, "location", "data")
        click.echo(
            f"From {place} ({counted(origin.dataset.n_rows, 'row')}, "
            f"SHA-256 {origin.dataset.sha256})."
        )
    for each in evaluations:
        value = each.metrics.get(origin.model.metric, {}).get("value")
        place = getattr(each, "location", each.data_sha256)
        click.echo(f"Evaluated on {place}: {origin.model.metric} {value}")


@models.command("lineage")
@click.argument("sha256")
@URL
@JSON
def lineage(sha256: str, *, url: str | None, wants_json: bool) -> None:
    """Show what came of data: trainings and models.

    SHA256 is the hash of the data, or its beginning. A platform is asked by the name of a dataset:
    `datasets show` tells what came of it.
    """
    instead = "Name the dataset: modelyard datasets show NAME tells what came of it"
    require_here("models lineage", is_given=True, url=url, instead=instead)
    from dataclasses import asdict

    from modelyard.bootstrap import open_project
    from modelyard.kit.numerals import counted

    found = open_project().models.offspring(sha256)
    if wants_json:
        print_json(asdict(found))
        return
    click.echo(f"{found.dataset.location}: {counted(found.dataset.n_rows, 'row')}")
    for run in found.runs:
        click.echo(f"  run {run.id}: {run.status.value}, model {run.model or 'none'}")
    for model in found.models:
        click.echo(f"  model {model.reference}")


@models.command("promote")
@click.argument("model")
@click.option("--alias", default="champion", show_default=True, help="Alias to put on it.")
@URL
@JSON
def promote(model: str, *, alias: str, url: str | None, wants_json: bool) -> None:
    """Make MODEL the champion of its name.

    The champion is the version that the bare name stands for.
    """
    with models_at(url) as asked:
        found = asked.promote(model, alias)
    if wants_json:
        print_json(plain_of(found))
    else:
        click.echo(f"{found.reference} is now {alias} of '{found.name}'.")


@models.command("delete")
@click.argument("model")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Delete a champion as well.")
@URL
@JSON
def delete(model: str, *, yes: bool, force: bool, url: str | None, wants_json: bool) -> None:
    """Delete a model version and its package.

    Name it with its version, e.g. iris@2.
    """
    with models_at(url) as asked:
        found = asked.get(model)
        if "@" not in model:
            raise UsageError(
                f"'{model}' names no version, and one version is deleted.",
                fix=f"Name it, e.g. {found.reference}.",
                sample=model,
            )
        if not yes:
            confirm(f"Delete {found.reference} and its package?", wants_json=wants_json)
        asked.delete(found.reference, is_forced=force)
    if wants_json:
        print_json({"deleted": found.reference})
    else:
        click.echo(f"Deleted: {found.reference}")


add_tagging(
    models,
    models_at,
    noun="MODEL",
    title="a model version",
    name_of=lambda model: model.reference,
)
COMMAND = models
