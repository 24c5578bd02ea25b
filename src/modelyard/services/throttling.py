"""Counts what is asked by whom, and refuses more than a rate allows.

The counts are held in the memory of one process; a storage of `limits` that several processes
share, e.g. Redis, takes its place without a change here.
"""

import ipaddress
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.domain.errors import TooManyRequests

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.storage import Storage

# Hosts of one network of this size are one customer's (RFC 6177): whoever has one address of it
# has them all.
_IPV6_NETWORK = 64


@dataclass(frozen=True)
class Rate:
    """So many within so many seconds.

    Attributes:
        what: is counted, for the message, e.g. `logins`.
        n_allowed: in any stretch of time of that length.
        per_s: the length of the stretch.
    """

    what: str
    n_allowed: int
    per_s: int


class Throttle:
    """A moving window for each rate and whoever it is held against."""

    def __init__(self, storage: "Storage") -> None:
        from limits.strategies import MovingWindowRateLimiter

        self._windows = MovingWindowRateLimiter(storage)

    def spend(self, rate: Rate, *who: str) -> None:
        """Count one more.

        Raises:
            TooManyRequests: if the rate allows none; it is not counted then.
        """
        item = _item(rate)
        if self._windows.hit(item, rate.what, *who):
            return
        opens_at = self._windows.get_window_stats(item, rate.what, *who).reset_time
        raise TooManyRequests(
            f"More than {rate.n_allowed} {rate.what} within {rate.per_s} s.",
            retry_after_s=max(1, math.ceil(opens_at - time.time())),
        )

    def forgive(self, rate: Rate, *who: str) -> None:
        """Forget what was counted."""
        self._windows.clear(_item(rate), rate.what, *who)


def network_of(address: str) -> str:
    """Return whom an address is counted as: itself, or its network where a host has many."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))


def _item(rate: Rate) -> "RateLimitItem":
    from limits import RateLimitItemPerSecond

    return RateLimitItemPerSecond(rate.n_allowed, rate.per_s)
