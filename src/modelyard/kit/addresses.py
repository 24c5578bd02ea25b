"""Addresses of data that is no file, such as `sqlite:///shop.db?table=orders`."""

import re
from pathlib import Path
from urllib.parse import quote

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_HIDDEN = "***"
# What drivers and clouds call a secret that stands among the parameters of an address.
_SECRETS = re.compile(
    r"([?&](?:[^=&#]*(?:password|passwd|pwd|secret|token|api_?key)[^=&#]*)=)[^&#]*", re.IGNORECASE
)


def scheme_of(location: object) -> str | None:
    """Return the scheme of an address without a driver, None for a path or an object in memory.

    >>> scheme_of("postgresql+psycopg://shop/orders"), scheme_of("orders.csv")
    ('postgresql', None)
    """
    match = _SCHEME.match(location) if isinstance(location, str) else None
    return match.group(1).lower().partition("+")[0] if match else None


def stated(location: str | Path) -> str:
    """Return a location as it may be shown and kept: an address without its password.

    >>> stated("postgresql://ann:secret@shop/orders?table=sold")
    'postgresql://ann:***@shop/orders?table=sold'
    """
    text = str(location)
    if scheme_of(text) is None:
        return text
    head, _, rest = text.partition("://")
    # The last @ ends the user, since a password may hold one, a slash or a question mark as well.
    user, has_user, place = rest.rpartition("@")
    if has_user:
        name, has_password, _ = user.partition(":")
        text = f"{head}://{name}{f':{_HIDDEN}' if has_password else ''}@{place}"
    return _SECRETS.sub(rf"\g<1>{_HIDDEN}", text)


def with_query(location: str, query: str) -> str:
    """Return the address of what a query answers.

    >>> with_query("sqlite:///shop.db", "select 1")
    'sqlite:///shop.db?query=select%201'
    """
    return f"{location}{'&' if '?' in location else '?'}query={quote(query, safe='')}"
