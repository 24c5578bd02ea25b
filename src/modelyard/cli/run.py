"""`modelyard run`: everything that a YAML configuration says, from data to registered model."""

from pathlib import Path

import click

from modelyard.cli._options import DATA, JSON, NO_CACHE
from modelyard.cli._screen import progress

_CHECKPOINTS = (
    "Change training.checkpoint.path, or leave it out: then the project folder holds them."
)


@click.command("run")
@click.argument("config", type=DATA)
@click.option("--accept", multiple=True, metavar="FINDING", help="Train in spite of this finding.")
@NO_CACHE
@JSON
def run(config: Path, *, accept: tuple[str, ...], no_cache: bool, wants_json: bool) -> None:
    """Train as the YAML file CONFIG says.

    `modelyard config schema` tells what it may hold.
    """
    from dataclasses import replace

    from modelyard.bootstrap import open_project
    from modelyard.cli._outcomes import print_outcome
    from modelyard.services.datasets import location_of
    from modelyard.store.failures import explaining
    from modelyard.wire.configurations import read_configuration

    request = read_configuration(config)
    settled = replace(request.config, accepted=request.config.accepted | set(accept))
    project = open_project(keeps_tables=not no_cache)
    training = project.training
    if request.checkpoints is not None:
        with explaining(request.checkpoints, fix=_CHECKPOINTS):
            request.checkpoints.mkdir(parents=True, exist_ok=True)
        training = replace(training, scratch=request.checkpoints)
    with progress(is_shown=not wants_json) as bar:
        outcome = training.train(
            lambda: project.datasets.read(request.data, settled.read),
            settled,
            progress=bar,
            location=location_of(request.data),
            out=request.output,
        )
    print_outcome(outcome, wants_json=wants_json)


COMMAND = run
