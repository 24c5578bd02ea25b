"""`modelyard up`: the platform on one machine, started by one command."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import (
    AbstractContextManager,
    ExitStack,
    contextmanager,
    nullcontext,
    suppress,
)
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli import _page_beside
from modelyard.cli._options import CERTIFICATE, CERTIFICATE_KEY, JSON, check_pair
from modelyard.cli._page_beside import PagePlace, page_place
from modelyard.cli._screen import print_json

if TYPE_CHECKING:
    from modelyard.api.running import Certificate
    from modelyard.bootstrap import Project

# How often it is looked whether the demo answers.
_LOOK_EVERY_S = 0.3


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
@CERTIFICATE
@CERTIFICATE_KEY
@click.option("--no-demo", is_flag=True, help="Make no model of a sample table.")
@click.option("--no-page", is_flag=True, help="Show no page in the browser.")
@click.option(
    "--page-port",
    type=click.IntRange(0, 65_535),
    help=f"Of the page; by default {_page_beside.PAGE_PORT}, or a free one where that is taken.",
)
@click.option(
    "--browser-url",
    help="Of the API as browsers reach it, for uploads from the page; by default by its name.",
)
@JSON
def up(host: str, port: int, **given: Any) -> None:
    """Start the whole platform on this machine.

    That is the API, a worker, a server for each model that is deployed, and the page in the
    browser, where it is installed.

    Where this machine alone comes in, nobody logs in until there is a first user, and a demo model
    answers after a few seconds. Elsewhere people log in, the first one by the token that is
    printed. Ctrl-C and SIGTERM end everything in order, within 10 seconds.
    """
    from modelyard.serving.listeners import bound, listen, url_of

    certificate = _certificate(given["certificate"], given["certificate_key"])
    with ExitStack() as stack:
        listener = stack.enter_context(bound((host, port)))
        listen(listener, (host, port))
        place = stack.enter_context(_place(host, given)) if _shows_page(given) else None
        # Seconds of loading, which whoever finds the port taken does not wait for.
        from modelyard.api.openings import has_to_ask_for_login, open_api
        from modelyard.api.running import run_api
        from modelyard.bootstrap import open_project
        from modelyard.worker.companions import worker_beside

        project = open_project()
        asks_for_login = given["login"] or has_to_ask_for_login(project, host=host)
        perimeter = project.settings.perimeter
        app = open_api(
            project,
            host=host,
            has_tls=bool(certificate),
            asks_for_login=asks_for_login,
            page_origins=place.origins(perimeter) if place else (),
        )
        url = url_of(listener, scheme="https" if certificate else "http")
        has_demo = not (given["no_demo"] or asks_for_login) and project.demo.is_wanted()
        page_url = place.origins(perimeter)[0] if place else None
        start = _Start(project, url, page_url, asks_for_login, has_demo, given["wants_json"])
        page = place.beside(url, perimeter, browser_url=given["browser_url"]) if place else None
        # The server has heard the signal that interrupts it, and has ended in order.
        with (
            suppress(KeyboardInterrupt),
            worker_beside(n_places=given["n_places"], asks_for_keys=asks_for_login),
            # Within the worker's block: what is left of the page is killed at its end.
            page or nullcontext(),
            start.beside() as ready,
        ):
            run_api(app, listener, ready=ready, certificate=certificate)
        project.database.close()
    if not given["wants_json"]:
        click.echo("Everything has ended.")


def _shows_page(given: dict[str, Any]) -> bool:
    return not given["no_page"] and _page_beside.is_installed()


def _place(host: str, given: dict[str, Any]) -> AbstractContextManager[PagePlace]:
    return page_place(
        host,
        given["page_port"],
        certificate=given["certificate"],
        certificate_key=given["certificate_key"],
    )


@dataclass(frozen=True)
class _Start:
    """Tells whoever has started the platform where to look, and makes the demo."""

    project: "Project"
    url: str
    page_url: str | None
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
        if self.page_url:
            click.echo(f"Open {self.page_url} in a browser.")
        elif not _page_beside.is_installed():
            click.echo(f"For a page in the browser: {_page_beside.INSTALL}")
        click.echo(f"Modelyard answers at {self.url} (documentation: {self.url}/docs)")
        click.echo(f"Project folder: {self.project.settings.home}")
        words = words_at_start(
            self.project, asks_for_login=self.asks_for_login, page_url=self.page_url
        )
        for line in words:
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
                "page": self.page_url,
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
    check_pair(chain, key)
    if chain is None or key is None:
        return None
    from modelyard.api.running import Certificate

    return Certificate(chain, key)


COMMAND = up
