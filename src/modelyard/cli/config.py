"""`modelyard config`: what a YAML configuration may hold."""

from pathlib import Path

import click

from modelyard.cli._options import DATA, JSON
from modelyard.cli._screen import print_json


@click.group("config")
def COMMAND() -> None:  # noqa: N802 -- the shelf's agreed name
    """Describe and check YAML configurations."""


@COMMAND.command("schema")
@JSON
def schema(*, wants_json: bool) -> None:  # noqa: ARG001 -- the schema is JSON either way
    """Print the JSON Schema of a configuration, for editors and machines."""
    from modelyard.wire.configurations import configuration_schema

    print_json(configuration_schema())


@COMMAND.command("check")
@click.argument("config", type=DATA)
@JSON
def check(config: Path, *, wants_json: bool) -> None:
    """Read CONFIG and say what it asks for, without training."""
    from modelyard.wire.configurations import read_configuration

    request = read_configuration(config)
    if wants_json:
        print_json({"data": str(request.data), "config": request.config.to_dict()})
    else:
        click.echo(
            f"{config} trains {request.config.algorithm} on {request.data} to predict "
            f"'{request.config.target}'."
        )
