"""Runs the page at an address until it is told to end."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from uvicorn import Config, Server

from modelyard.client.clients import Client
from modelyard.client.patience import Patience
from modelyard.client.transports import Token
from modelyard.domain.perimeters import Perimeter
from modelyard.ui.application import make_page
from modelyard.ui.keeping import Keep
from modelyard.ui.process import PageProcess
from modelyard.ui.sessions import LONGEST_S, Sessions

# What is on its way has so long to end; a browser that is cut off comes again by itself.
_DRAIN_S = 1
# Somebody waits for the page: they are told soon, and may try again.
_PATIENCE = Patience(retries=2, first_s=0.2, longest_s=2.0)


@dataclass(frozen=True)
class PageWish:
    """What a page is to be.

    Attributes:
        api_url: of the platform, as this machine reaches it.
        browser_api_url: as browsers reach it, for uploads.
        is_open: whether nobody has to log in, unless the platform says so.
        api_certificate: that the platform is known by; empty for those of the world.
        certificate, certificate_key: to speak TLS with, in PEM form; empty for none.
        listener: number of the open socket that browsers come to.
        parent: process that it ends with.
    """

    api_url: str
    browser_api_url: str
    is_open: bool
    api_certificate: str = ""
    certificate: str = ""
    certificate_key: str = ""
    listener: int = -1
    parent: int = 0


def run_page(
    wish: PageWish,
    perimeter: Perimeter,
    *,
    logins: Path,
    listener: socket.socket,
    ready: Callable[[], None],
) -> None:
    """Show the page until SIGINT or SIGTERM comes, which is raised again at the end.

    Args:
        wish: what it is to be.
        perimeter: from where it is asked.
        logins: folder in which they are kept.
        listener: that browsers come to.
        ready: called once it answers.

    Raises:
        KeyboardInterrupt: when it was told to end.
    """
    certificate = Path(wish.api_certificate) if wish.api_certificate else None

    def connect(token: Token) -> Client:
        return Client(wish.api_url, token=token, patience=_PATIENCE, certificate=certificate)

    keep = Keep(logins, platform=wish.api_url)
    keep.drop_older(time.time() - LONGEST_S)
    sessions = Sessions(connect, clock=time.monotonic, keep=keep, is_open=wish.is_open)
    process = PageProcess(wish.api_url, wish.browser_api_url, sessions)
    configuration = Config(
        make_page(process, perimeter),
        http="httptools",
        ws="websockets-sansio",
        # What a proxy says of a client is the guard's to judge.
        proxy_headers=False,
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        timeout_graceful_shutdown=_DRAIN_S,
        ssl_certfile=Path(wish.certificate) if wish.certificate else None,
        ssl_keyfile=Path(wish.certificate_key) if wish.certificate_key else None,
    )
    try:
        _Telling(configuration, ready).run(sockets=[listener])
    finally:
        sessions.close()


class _Telling(Server):
    """A server of uvicorn that says when it answers."""

    def __init__(self, configuration: Config, ready: Callable[[], None]) -> None:
        super().__init__(configuration)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()
