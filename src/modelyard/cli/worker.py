"""`modelyard worker`: does the jobs of a platform, each in a process of its own."""

import signal
from contextlib import ExitStack

import click


@click.command("worker")
@click.option(
    "--places",
    "n_places",
    type=click.IntRange(1, 256),
    help="Jobs to run at once; by default one for every two threads.",
)
@click.option("--until-idle", is_flag=True, help="End when nothing runs and nothing waits.")
@click.option("--no-deployments", is_flag=True, help="Leave what is deployed to other workers.")
def worker(n_places: int | None, *, until_idle: bool, no_deployments: bool) -> None:
    """Do jobs and serve models, until told to end.

    What runs then is given back, and another worker goes on with it. Any number of workers may
    share a database; each serves every tenant, the one with the fewest running jobs first. Where it
    ends when idle, it serves nothing.
    """
    from modelyard.bootstrap import open_project
    from modelyard.kit.signals import heeded
    from modelyard.worker.deploying import serving_deployments
    from modelyard.worker.housekeeping import keeping_house
    from modelyard.worker.starting import worker_of

    project = open_project()
    found = worker_of(project, n_places=n_places)
    leaves_deployments = no_deployments or until_idle
    with heeded(signal.SIGINT, signal.SIGTERM) as is_ending:
        click.echo(f"Working: up to {found.n_places} at once. Ctrl-C ends it in order.", err=True)
        with ExitStack() as beside:
            if not until_idle:
                beside.enter_context(keeping_house(project))
            if not leaves_deployments:
                beside.enter_context(serving_deployments(project))
            found.work(is_ending=is_ending, until_idle=until_idle)


COMMAND = worker
