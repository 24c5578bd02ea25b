"""`modelyard migrate`: brings the database up to date before anything is started over it."""

import click

from modelyard.cli._options import JSON
from modelyard.cli._screen import print_json


@click.command("migrate")
@JSON
def migrate(*, wants_json: bool) -> None:
    """Bring the database up to date.

    It is made where there is none. Every command does so when it opens the database; of several one
    does it, and the others wait. This one does nothing else, e.g. before processes of a new version
    are started.
    """
    from modelyard.bootstrap import open_project
    from modelyard.store.databases import HEAD

    found = open_project().database.revision_found
    if wants_json:
        print_json({"revision": HEAD, "revision_before": found})
    elif found == HEAD:
        click.echo(f"The database is up to date: revision {HEAD}.")
    elif found is None:
        click.echo(f"The database was made: revision {HEAD}.")
    else:
        click.echo(f"The database was brought from revision {found} to {HEAD}.")


COMMAND = migrate
