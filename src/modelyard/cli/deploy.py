"""`modelyard deploy`: a model version is served under a name, here or on a platform."""

import click

from modelyard.cli._deployment_doors import deployments_at
from modelyard.cli._doors import URL
from modelyard.cli._options import JSON
from modelyard.cli._screen import print_json


@click.command("deploy")
@click.argument("model")
@click.option("--name", help="Of the deployment; by default that of the model.")
@URL
@JSON
def deploy(model: str, *, name: str | None, url: str | None, wants_json: bool) -> None:
    """Serve MODEL under a name.

    Where the name is taken, MODEL takes the place of the version before without losing a request.
    The process is started by modelyard worker, or by modelyard up.
    """
    with deployments_at(url) as asked:
        found = asked.deploy(model, name=name)
    if wants_json:
        print_json(found.model_dump(mode="json"))
    else:
        click.echo(f"{found.name}: {found.model} is {found.state.value}.")
        click.echo(f"Next: modelyard deployments show {found.name}")


COMMAND = deploy
