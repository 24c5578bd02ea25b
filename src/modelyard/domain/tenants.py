"""Tenants: organisations that share a platform and see nothing of each other."""

import re
from dataclasses import dataclass
from datetime import datetime

from modelyard.domain.errors import InvalidValue

# Of a laptop: the command line and Python work in it without a login.
LOCAL = "local"

# A label of a host name (RFC 1123, section 2.1): it may stand in an address and name a folder, also
# where file systems tell no capitals apart.
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Tenant:
    """An organisation.

    Attributes:
        id: 1 to 63 lower-case letters, digits and hyphens; never given again.
        title: as people call it.
        created_at: when it was made.
        disabled_at: since when nobody of it is let in; None while it is.
    """

    id: str
    title: str
    created_at: datetime
    disabled_at: datetime | None = None


def check_tenant(tenant: str) -> str:
    """Return `tenant` if a tenant may be called so.

    Raises:
        InvalidValue: if not.
    """
    if _ID.fullmatch(tenant):
        return tenant
    raise InvalidValue(
        f"A tenant's id has 1 to 63 lower-case ASCII letters, digits and hyphens, and a letter or "
        f"a digit at both ends; {tenant!r} came.",
        fix="For example: 'acme-labs'.",
        sample=tenant,
    )
