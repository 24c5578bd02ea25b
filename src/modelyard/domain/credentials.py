"""Credentials that machines make: API keys, refresh tokens, tokens that are good for one use.

Their secret part is 256 random bits, so its plain SHA-256 is kept: nobody guesses such a secret or
finds it in a table, and a hash that is slow on purpose, which makes up for the little that a
person can remember, would cost each request tens of milliseconds for nothing.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from modelyard.domain.identities import ModelAccess, Role

# The beginnings tell a leaked secret's kind to whoever, or whatever, finds it.
_KEY = "mdy_"
_REFRESH = "mdr_"
_ONCE = "mdo_"


@dataclass(frozen=True)
class ApiKey:
    """A credential of a program.

    Attributes:
        tenant: whose data it opens.
        id: the public part of the key, which records of its deeds carry.
        title: what it is for.
        role: of the key; a request has the lesser of this and its owner's.
        models: the only models of which it may ask predictions, and nothing else; None for a key
            that may do what its role may.
        owner: id of the user who made it, and with whom it ends; None for one that the command
            line made.
        created_at, expires_at, revoked_at: None in the last two means not yet, or never.
        last_used_at: to a minute; None for never.
        sha256: of its text, by which it is found.
    """

    tenant: str
    id: str
    title: str
    role: Role
    models: tuple[str, ...] | None
    owner: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    sha256: str = field(default="", repr=False)

    @property
    def subject(self) -> str:
        """The name that records of its deeds carry."""
        return f"key:{self.id}"


@dataclass(frozen=True)
class HeldKey:
    """A key that is good now, with what its owner leaves of it.

    Attributes:
        key: with the lesser of its own role and its owner's.
        access: to models, as the key and the grants of its owner bound it.
    """

    key: ApiKey
    access: ModelAccess


@dataclass(frozen=True)
class RefreshToken:
    """A refresh token as it is kept: good once, and of one fate with all that came of its login.

    Attributes:
        tenant, user_id: whose login it was.
        family: of the login.
        sha256: of its text.
        expires_at: of the whole family.
        used_at: None until then.
    """

    tenant: str
    user_id: str
    family: str
    sha256: str = field(repr=False)
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True)
class OneTimeToken:
    """A token as it is kept that is good for one use: to choose a password, or to set up.

    Attributes:
        tenant: of the user.
        user_id: who may choose a password; None for whoever makes the platform's first user.
        sha256: of its text.
        expires_at: when it ends unused.
    """

    tenant: str
    user_id: str | None
    sha256: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Secret:
    """A text to be shown once, which no record of its holder prints."""

    text: str = field(repr=False)

    def __str__(self) -> str:
        return "(secret)"


def api_key(key_id: str, secret: str) -> Secret:
    """Return the text of an API key."""
    return Secret(f"{_KEY}{key_id}_{secret}")


def is_api_key(text: str) -> bool:
    """Return whether the text has the form of an API key, good or not."""
    return text.startswith(_KEY)


def refresh_token(secret: str) -> Secret:
    """Return the text of a refresh token."""
    return Secret(_REFRESH + secret)


def one_time_token(secret: str) -> Secret:
    """Return the text of a token that is good for one use."""
    return Secret(_ONCE + secret)


def digest_of(text: str) -> str:
    """Return what is kept of a secret: its SHA-256 as hex."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
