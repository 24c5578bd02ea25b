"""`modelyard worker`: does the jobs of a platform, each in a process of its own."""

import signal

import click


@click.command("worker")
@click.option(
    "--places",
    "n_places",
    type=click.IntRange(1, 256),
    help="Jobs to run at once; by default one for every two threads.",
)
@click.option("--until-idle", is_flag=True, help="End when nothing runs and nothing waits.")
def worker(n_places: int | None, *, until_idle: bool) -> None:
    """Do what is queued, until told to end.

    What runs then is given back, and another worker goes on with it. Any number of workers may
    share a database; each serves every tenant, the one with the fewest running jobs first.
    """
    from modelyard.bootstrap import open_project
    from modelyard.kit.signals import heeded
    from modelyard.worker.starting import worker_of

    found = worker_of(open_project(), n_places=n_places)
    with heeded(signal.SIGINT, signal.SIGTERM) as is_ending:
        click.echo(f"Working: up to {found.n_places} at once. Ctrl-C ends it in order.", err=True)
        found.work(is_ending=is_ending, until_idle=until_idle)


COMMAND = worker
