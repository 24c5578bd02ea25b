"""Sockets to be asked at: an address that cannot be had is told before anything else is done."""

import socket

from modelyard.domain.errors import InvalidValue

# Connections that may wait to be taken, uvicorn's default.
_BACKLOG = 2048


def bound(address: tuple[str, int]) -> socket.socket:
    """Return a socket that is bound and does not listen: until it does, nobody is kept waiting.

    Args:
        address: host and port; port 0 takes a free one.

    Raises:
        InvalidValue: if the address cannot be had.
    """
    host, port = address
    try:
        family, kind, number, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, number)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
    except (OSError, OverflowError) as error:
        raise _taken(address, error) from error
    listener.set_inheritable(True)
    return listener


def listen(listener: socket.socket, address: tuple[str, int]) -> None:
    """Listen, unless another server that was bound to the same address has begun to meanwhile.

    Raises:
        InvalidValue: if it has.
    """
    try:
        listener.listen(_BACKLOG)
    except OSError as error:
        raise _taken(address, error) from error


def url_of(listener: socket.socket, *, scheme: str = "http") -> str:
    """Return the address of a socket as a client writes it."""
    host, port = listener.getsockname()[:2]
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _taken(address: tuple[str, int], error: Exception) -> InvalidValue:
    host, port = address
    return InvalidValue(
        f"The address {host}:{port} cannot be had: {error}.",
        fix="Give another --host or --port, or end what uses it.",
    )
