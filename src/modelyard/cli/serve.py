"""`modelyard serve`: models that answer over HTTP."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._options import TRUST

if TYPE_CHECKING:
    from modelyard.serving.shelf import Found

_DRAINED = "Every request was answered; the server has ended."


@dataclass(frozen=True)
class Opener:
    """Opens packages for a server; a worker in another process gets a copy."""

    trust: tuple[str, ...]

    def __call__(self, reference: str) -> "Found":
        """Find and verify a package."""
        from modelyard.bootstrap import open_project
        from modelyard.serving.shelf import Found

        found = open_project().packages.open(reference, trust=self.trust)
        return Found(found.package, found.reference)


@click.command("serve")
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    help="To listen at; 0 for a free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes; each answers in one thread.",
)
@click.option(
    "--log-format",
    type=click.Choice(["json", "console", "none"]),
    default="json",
    show_default=True,
    help="Of the line for each request, on standard error.",
)
@click.option("--cors", multiple=True, metavar="ORIGIN", help="Let pages from here ask; * for any.")
@click.option(
    "--max-body-mb",
    type=click.FloatRange(0.001, 2_000),
    default=32,
    show_default=True,
    help="Longest body that is read, in megabytes.",
)
@click.option(
    "--max-in-flight",
    type=click.IntRange(1),
    default=256,
    show_default=True,
    help="Requests a worker takes at a time; more are asked to come back.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3_600),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="Within which a request must have come whole.",
)
@TRUST
def serve(
    models: tuple[str, ...], *, host: str, port: int, trust: tuple[str, ...], **given: Any
) -> None:
    """Answer predictions of each MODEL over HTTP.

    MODEL is a folder or a name such as iris@champion; price=folder serves it as price. SIGHUP opens
    the models again and puts new versions in place; SIGTERM ends after the last answer.
    """
    from modelyard.serving.options import MEGABYTE, ServerOptions
    from modelyard.serving.running import serve as run
    from modelyard.settings import read_settings

    options = ServerOptions(
        max_body_bytes=int(given["max_body_mb"] * MEGABYTE),
        max_in_flight=given["max_in_flight"],
        timeout_s=given["timeout"],
        log_format=given["log_format"],
        cors=given["cors"],
        token=read_settings().serving_token,
        n_workers=given["workers"],
    )

    def tell(url: str) -> None:
        click.echo(f"Serving {', '.join(models)} at {url} (documentation: {url}/docs)")

    # The server has heard the signal that interrupts it, and has ended in order.
    with suppress(KeyboardInterrupt):
        run(models, Opener(trust), address=(host, port), options=options, ready=tell)
    click.echo(_DRAINED)


COMMAND = serve
