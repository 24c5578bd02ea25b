"""`modelyard up`: the platform on one machine, started by one command."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._options import JSON
from modelyard.cli._screen import print_json

if TYPE_CHECKING:
    from modelyard.api.running import Certificate
    from modelyard.bootstrap import Project

# How often it is looked whether the demo answers.
_LOOK_EVERY_S = 0.3
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="To listen at; 0 for a free one.",
)
@click.option("--login", is_flag=True, help="Let people log in on this machine too.")
@click.option(
    "--places",
    "n_places",
    type=click.IntRange(1, 256),
    help="Jobs to run at once; by default one for every two threads.",
)
@click.option("--certificate", type=_FILE, help="To speak TLS with, in PEM form, with its chain.")
@click.option("--certificate-key", type=_FILE, help="Of the certificate, in PEM form.")
@click.option("--no-demo", is_flag=True, help="Make no model of a sample table.")
@JSON
def up(host: str, port: int, **given: Any) -> None:
    """Start the whole platform on this machine.

    That is the API, a worker, and a server for each model that is deployed.

    Where this machine alone comes in, nobody logs in until there is a first user, and a demo model
    answers after a few seconds. Elsewhere people log in, the first one by the token that is
    printed. Ctrl-C and SIGTERM end everything in order, within 10 seconds.
    """
    from modelyard.serving.listeners import bound, listen, url_of

    certificate = _certificate(given["certificate"], given["certificate_key"])
    with bound((host, port)) as listener:
        listen(listener, (host, port))
        # Seconds of loading, which whoever finds the port taken does not wait for.
        from modelyard.api.openings import has_to_ask_for_login, open_api
        from modelyard.api.running import run_api
        from modelyard.bootstrap import open_project
        from modelyard.worker.companions import worker_beside

        project = open_project()
        asks_for_login = given["login"] or has_to_ask_for_login(project, host=host)
        app = open_api(project, host=host, has_tls=bool(certificate), asks_for_login=asks_for_login)
        url = url_of(listener, scheme="https" if certificate else "http")
        has_demo = not (given["no_demo"] or asks_for_login) and project.demo.is_wanted()
        start = _Start(project, url, asks_for_login, has_demo, given["wants_json"])
        # The server has heard the signal that interrupts it, and has ended in order.
        with (
            suppress(KeyboardInterrupt),
            worker_beside(n_places=given["n_places"], asks_for_keys=asks_for_login),
            start.beside() as ready,
        ):
            run_api(app, listener, ready=ready, certificate=certificate)
        project.database.close()
    if not given["wants_json"]:
        click.echo("Everything has ended.")


@dataclass(frozen=True)
class _Start:
    """Tells whoever has started the platform where to look, and makes the demo."""

    project: "Project"
    url: str
    asks_for_login: bool
    has_demo: bool
    wants_json: bool

    @contextmanager
    def beside(self) -> Iterator[Callable[[], None]]:
        """Yield what is to be called once the API answers; what that begins ends with the block."""
        ending = Event()
        demo = Thread(target=self._make_demo, args=(ending,), name="demo")

        def ready() -> None:
            self._tell()
            if self.has_demo:
                demo.start()

        try:
            yield ready
        finally:
            ending.set()
            if demo.is_alive():
                demo.join()

    def _tell(self) -> None:
        from modelyard.api.openings import words_at_start

        if self.wants_json:
            self._print()
            return
        click.echo(f"Modelyard answers at {self.url} (documentation: {self.url}/docs)")
        click.echo(f"Project folder: {self.project.settings.home}")
        for line in words_at_start(self.project, asks_for_login=self.asks_for_login):
            click.echo(line)
        if self.has_demo:
            click.echo("A demo model is made of the sample table iris; that takes a few seconds.")
        else:
            click.echo("Ctrl-C ends it in order.")

    def _print(self) -> None:
        from modelyard.services.demonstrating import DEMO

        invitations = self.project.access.invitations
        token = invitations.begin_setup() if self.asks_for_login else None
        print_json(
            {
                "url": self.url,
                "docs": f"{self.url}/docs",
                "home": self.project.settings.home,
                "pid": os.getpid(),
                "asks_for_login": self.asks_for_login,
                "setup_token": None if token is None else token.text,
                "demo": DEMO if self.has_demo else None,
            }
        )

    def _make_demo(self, ending: Event) -> None:
        from modelyard.domain.errors import ModelyardError
        from modelyard.services.demonstrating import DEMO, ROW

        try:
            demo = self.project.demo.make(wait=lambda: ending.wait(_LOOK_EVERY_S))
        except ModelyardError as error:
            click.echo(f"There is no demo model: {error}", err=True)
            return
        if demo is None or self.wants_json:
            return
        row = json.dumps({"row": dict(ROW)})
        click.echo("The demo model answers; ask it from another terminal:")
        click.echo(f"  curl {self.url}/api/v1/ml/models/{DEMO}/predict \\")
        click.echo(f"    -H 'Content-Type: application/json' -d '{row}'")
        click.echo("Ctrl-C ends everything in order.")


def _certificate(chain: Path | None, key: Path | None) -> "Certificate | None":
    if chain is None and key is None:
        return None
    from modelyard.api.running import Certificate
    from modelyard.domain.errors import UsageError

    if chain is None or key is None:
        raise UsageError(
            "A certificate and its key belong together; one of them came.",
            fix="Give both --certificate and --certificate-key.",
        )
    return Certificate(chain, key)


COMMAND = up
