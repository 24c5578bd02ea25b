"""`modelyard deployments`: which models are served, where, and how they stand."""

import click

from modelyard.cli._deployment_doors import deployments_at
from modelyard.cli._doors import URL
from modelyard.cli._options import JSON
from modelyard.cli._screen import print_facts, print_json, print_table


@click.group("deployments")
def deployments() -> None:
    """Look after models that are served."""


@deployments.command("list")
@click.option("--model", help="Only of this model, or of this version of it.")
@URL
@JSON
def list_deployments(*, model: str | None, url: str | None, wants_json: bool) -> None:
    """List the deployments by name."""
    from modelyard.kit.numerals import counted

    with deployments_at(url) as asked:
        found = asked.find(model)
    if wants_json:
        print_json([each.model_dump(mode="json") for each in found])
        return
    headings = ("deployment", "model", "state", "address", "reason")
    rows = [(each.name, each.model, each.state.value, each.url, each.reason) for each in found]
    print_table(counted(len(found), "deployment"), headings, rows=rows)


@deployments.command("show")
@click.argument("name")
@URL
@JSON
def show(name: str, *, url: str | None, wants_json: bool) -> None:
    """Show the deployment NAME."""
    with deployments_at(url) as asked:
        found = asked.show(name)
    if wants_json:
        print_json(found.model_dump(mode="json"))
        return
    print_facts(found.name, found.model_dump(mode="json"))


@deployments.command("end")
@click.argument("name")
@URL
@JSON
def end(name: str, *, url: str | None, wants_json: bool) -> None:
    """Let NAME end.

    It answers what is on its way first.
    """
    with deployments_at(url) as asked:
        found = asked.undeploy(name)
    if wants_json:
        print_json(found.model_dump(mode="json"))
    else:
        click.echo(f"{found.name}: {found.state.value}")


COMMAND = deployments
