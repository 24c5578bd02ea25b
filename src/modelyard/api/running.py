"""Runs the API at an address until it is told to end."""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from uvicorn import Config, Server

from modelyard.api.heads import BoundedHead
from modelyard.domain.errors import InvalidValue

# What is on its way has so long to end; what streams is cut off then, and its client comes again.
DRAIN_S = 2
# Longer than the idle time of load balancers (60 s at AWS), else they meet closed connections.
_KEEP_ALIVE_S = 75


@dataclass(frozen=True)
class Certificate:
    """What the API speaks TLS with: two files in PEM form."""

    chain: Path
    key: Path


def run_api(
    app: FastAPI,
    listener: socket.socket,
    *,
    ready: Callable[[], None],
    certificate: Certificate | None = None,
) -> None:
    """Answer until SIGINT or SIGTERM comes, which is raised again once all was put away.

    Args:
        app: to ask.
        listener: that clients come to.
        ready: called once it answers.
        certificate: None for no TLS.

    Raises:
        InvalidValue: if the certificate and its key cannot be used.
        KeyboardInterrupt: when it was told to end.
    """
    configuration = Config(
        app,
        http=BoundedHead,
        ws="none",
        # What a proxy says of a client is the guards' to judge.
        proxy_headers=False,
        access_log=False,
        log_config=None,
        # The door tells each request and every fault.
        log_level="critical",
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
        ssl_certfile=None if certificate is None else certificate.chain,
        ssl_keyfile=None if certificate is None else certificate.key,
    )
    try:
        configuration.load()
    except ssl.SSLError as error:
        raise InvalidValue(
            f"The certificate and its key cannot be used: {error}.",
            fix="Give two files in PEM form that belong together.",
        ) from error
    _Telling(configuration, ready).run(sockets=[listener])


class _Telling(Server):
    """A server of uvicorn that says when it answers."""

    def __init__(self, configuration: Config, ready: Callable[[], None]) -> None:
        super().__init__(configuration)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()
