"""`modelyard health`: whether a server can answer; what a container or a script asks."""

import json
from typing import Any
from urllib.parse import urlsplit

import click

from modelyard.cli._errors import EXIT_UNSOUND
from modelyard.cli._options import JSON
from modelyard.domain.errors import InvalidValue, NotFound


@click.command("health")
@click.argument("url", default="http://127.0.0.1:8000")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 60),
    default=5,
    show_default=True,
    metavar="SECONDS",
    help="Within which the server must answer.",
)
@JSON
def health(url: str, *, timeout: float, wants_json: bool) -> int:
    """Ask the server at URL whether it can answer.

    URL is by default http://127.0.0.1:8000. It ends with 0 if the server is well, with 8 if it is
    not, and with 5 if there is none.
    """
    told = _ask(url, timeout)
    is_well = told.get("status") == "ok"
    if wants_json:
        click.echo(json.dumps(told))
    else:
        models = ", ".join(f"{name} {version}" for name, version in told.get("models", {}).items())
        click.echo(f"{'Well' if is_well else 'Not well'}: {models or told.get('detail', url)}")
    return 0 if is_well else EXIT_UNSOUND


def _ask(url: str, timeout_s: float) -> dict[str, Any]:
    """Return what the server tells of its health, or its problem document."""
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, build_opener

    if urlsplit(url).scheme not in {"http", "https"}:
        raise InvalidValue(
            f"A server's address begins with http:// or https://; '{url}' came.",
            fix="For example: http://127.0.0.1:8000.",
        )
    # A proxy of the environment is for the world outside, and would not find this machine.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"{url.rstrip('/')}/health", timeout=timeout_s) as answer:
            content = answer.read()
    except HTTPError as error:
        content = error.read()
    except (OSError, HTTPException, ValueError) as error:
        raise NotFound(
            f"No server answers at {url}: {getattr(error, 'reason', error)}.",
            fix="Start one with modelyard serve, or give its address.",
        ) from error
    return _document(content, url)


def _document(content: bytes, url: str) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise NotFound(
            f"What answers at {url} is no server of Modelyard.",
            fix="Give the address that modelyard serve printed.",
        )
    return told


COMMAND = health
