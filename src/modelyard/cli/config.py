"""`modelyard config`: what a YAML configuration may hold."""

from pathlib import Path

import click

from modelyard.cli._options import DATA, JSON
from modelyard.cli._screen import print_json


@click.group("config")
def config() -> None:
    """Describe and check YAML configurations."""


@config.command("schema")
@JSON
def schema(*, wants_json: bool) -> None:  # noqa: ARG001 -- the schema is JSON either way
    """Print the JSON Schema of a configuration."""
    from modelyard.wire.configurations import configuration_schema

    print_json(configuration_schema())


@config.command("check")
@click.argument("config", type=DATA)
@JSON
def check(config: Path, *, wants_json: bool) -> None:
    """Say what CONFIG asks for, without training."""
    from modelyard.bootstrap import open_project
    from modelyard.services.datasets import location_of
    from modelyard.wire.configurations import read_configuration

    request = read_configuration(config)
    open_project().training.check(request.config)
    data = location_of(request.data)
    if wants_json:
        print_json({"data": data, "config": request.config.to_dict()})
    else:
        click.echo(
            f"{config} trains {request.config.algorithm} on {data} to predict "
            f"'{request.config.target}'."
        )


COMMAND = config
