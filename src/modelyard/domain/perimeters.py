"""Where a platform may be asked from: by which names, from which pages, through which proxies."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

from modelyard.domain.errors import InvalidValue, UsageError

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# By which a browser on this machine asks a server on it. A page elsewhere that lets its own name
# lead here (DNS rebinding) asks by that name.
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
LOOPBACK_NETWORKS: tuple[Network, ...] = (
    ipaddress.ip_network("127.0.0.0/8"),
    ipaddress.ip_network("::1/128"),
)

# RFC 9110, section 7.2: a name or an address, and a port.
_HOST_HEADER = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
_ORIGIN = re.compile(rf"https?://(?:{_HOST.pattern})(?::[0-9]{{1,5}})?")


@dataclass(frozen=True)
class Perimeter:
    """What a platform takes for its own surroundings; by default this machine alone.

    Attributes:
        hosts: names by which it is asked, besides those of loopback.
        origins: of pages elsewhere whose scripts may ask it, e.g. `https://app.example.org`.
        proxies: networks of the proxies before it, whose word about a client counts.
    """

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    proxies: tuple[Network, ...] = ()

    def with_page(self, *, origins: tuple[str, ...], proxies: tuple[Network, ...] = ()) -> Self:
        """Return the surroundings with a page in them.

        Args:
            origins: of the page.
            proxies: where its process asks from, on behalf of those who look at it.
        """
        return replace(self, origins=(*self.origins, *origins), proxies=(*self.proxies, *proxies))

    def is_asked_by(self, hosts: Sequence[str]) -> bool:
        """Return whether it may be asked by what the `Host` headers of a request say."""
        found = _HOST_HEADER.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
        return found is not None and (found[1] in self.hosts or found[1] in LOOPBACK_NAMES)

    def is_foreign(self, method: str, own: str, *, origins: Sequence[str], site: str) -> bool:
        """Return whether a page elsewhere sends a request that may change something.

        Args:
            method: of the request.
            own: the origin that it asks, e.g. `http://localhost:8000`.
            origins: what its `Origin` headers say.
            site: what its `Sec-Fetch-Site` header says, empty for nothing.
        """
        if method in _SAFE:
            return False
        if not origins:
            # Browsers send an origin with every such request; programs send neither of the two.
            return site in {"cross-site", "same-site"}
        allowed = {own.lower(), *self.origins}
        return any(origin.lower() not in allowed for origin in origins)

    def seen_through(self, peer: str, *, told: str) -> str:
        """Return the address that a request truly comes from.

        Args:
            peer: address of who has connected.
            told: what its `X-Forwarded-For` headers say, with commas between them.
        """
        if not self.has_proxy(peer):
            return peer
        # Whatever stands left of the first stranger, the stranger may have written.
        hops = [hop.strip() for hop in told.split(",")]
        strangers = (hop for hop in reversed(hops) if not self.has_proxy(hop))
        return next(strangers, "") or peer

    def is_closed_at(self, host: str) -> bool:
        """Return whether only programs of this machine come in at a name or address."""
        return is_loopback(host) and not self.hosts and not self.proxies

    def has_proxy(self, address: str) -> bool:
        """Return whether an address is that of a declared proxy."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.proxies)


def parse_hosts(text: str) -> tuple[str, ...]:
    """Read a list of names with commas between them.

    Raises:
        InvalidValue: if one is no name of a host.
    """
    hosts = _listed(text.lower())
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise InvalidValue(
                f"MODELYARD_HOSTS lists names of hosts, without scheme, port or '*'; "
                f"'{host}' came.",
                fix="For example: ml.example.org,10.0.0.7.",
                sample=host,
            )
    return hosts


def parse_origins(text: str) -> tuple[str, ...]:
    """Read a list of origins with commas between them.

    Raises:
        InvalidValue: if one is none.
    """
    origins = _listed(text.lower())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise InvalidValue(
                f"MODELYARD_ORIGINS lists origins, scheme and host without a path or '*'; "
                f"'{origin}' came.",
                fix="For example: https://app.example.org.",
                sample=origin,
            )
    return origins


def parse_proxies(text: str) -> tuple[Network, ...]:
    """Read a list of addresses and networks with commas between them.

    Raises:
        InvalidValue: if one is neither, or is every address there is.
    """
    networks = []
    for word in _listed(text):
        try:
            network = ipaddress.ip_network(word)
        except ValueError:
            network = None
        if network is None or network.prefixlen == 0:
            raise InvalidValue(
                f"MODELYARD_PROXIES lists addresses and networks, not all there are; '{word}' "
                "came.",
                fix="For example: 10.0.0.5,10.1.0.0/16.",
                sample=word,
            )
        networks.append(network)
    return tuple(networks)


def check_binding(host: str, perimeter: Perimeter, *, has_tls: bool, asks_for_login: bool) -> None:
    """Refuse to listen where others can listen in, or can come in.

    Args:
        host: name or address to listen at.
        perimeter: of the platform.
        has_tls: whether the server itself speaks TLS.
        asks_for_login: whether people and programs have to say who they are.

    Raises:
        UsageError: if the address is not loopback and there is neither TLS nor a declared proxy
            that speaks it, no login, or no name to be asked by.
    """
    if is_loopback(host):
        return
    if not asks_for_login:
        raise UsageError(
            f"Without a login this listens on this machine alone; '{host}' came.",
            fix="Listen at 127.0.0.1, or let people log in.",
            sample=host,
        )
    if not has_tls and not perimeter.proxies:
        raise UsageError(
            f"At '{host}' others can come, and passwords and keys would travel in the clear.",
            fix="Give a certificate and its key, or declare the proxy that speaks TLS in "
            "MODELYARD_PROXIES.",
            sample=host,
        )
    if not perimeter.hosts:
        raise UsageError(
            f"At '{host}' others can come, and it is not said by which name they ask.",
            fix="Set MODELYARD_HOSTS, e.g. to ml.example.org.",
            sample=host,
        )


def is_loopback(host: str) -> bool:
    """Return whether only programs of this machine come in at a name or address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _listed(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
