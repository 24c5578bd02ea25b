"""People: the users of a tenant, and the e-mail addresses that they are known by."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from modelyard.domain.errors import InvalidValue
from modelyard.domain.identities import Role

# RFC 5321, section 4.5.3.1.3: a path has 256 octets, of which two are its brackets.
_MAX_EMAIL_BYTES = 254
# One @ between two parts without blanks or signs that steer: whether anybody reads what is sent
# there cannot be seen from its form.
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@.\x00-\x1f\x7f]+(?:\.[^\s@.\x00-\x1f\x7f]+)*")


@dataclass(frozen=True)
class User:
    """A person of one tenant.

    Attributes:
        tenant: that the person belongs to, and no other.
        id: never given again.
        email: in small letters; no other user of the platform has it.
        title: the person's name; empty where it was not told.
        role: in the tenant.
        created_at: when the user was made.
        is_operator: whether the person makes and closes tenants.
        disabled_at: since when the person is not let in; None while they are.
        password_hash: as Argon2 writes it; None until the person has chosen a password.
    """

    tenant: str
    id: str
    email: str
    title: str
    role: Role
    created_at: datetime
    is_operator: bool = False
    disabled_at: datetime | None = None
    password_hash: str | None = field(default=None, repr=False)

    @property
    def subject(self) -> str:
        """The name that records of the person's deeds carry."""
        return subject_of(self.id)


def subject_of(user_id: str) -> str:
    """Return the name that records of a user's deeds carry."""
    return f"user:{user_id}"


def user_id_of(subject: str) -> str:
    """Return the id in the name that records of a user's deeds carry."""
    return subject.removeprefix("user:")


def check_email(text: str) -> str:
    """Return an e-mail address in the one form in which it is kept and compared.

    Raises:
        InvalidValue: if it is none.
    """
    email = unicodedata.normalize("NFC", text.strip()).lower()
    if _EMAIL.fullmatch(email) and len(email.encode(errors="replace")) <= _MAX_EMAIL_BYTES:
        return email
    raise InvalidValue(
        f"An e-mail address has one '@' between two parts, no blanks, and at most "
        f"{_MAX_EMAIL_BYTES} bytes; {text[:_MAX_EMAIL_BYTES]!r} came.",
        fix="For example: 'ada@example.org'.",
        sample=text[:_MAX_EMAIL_BYTES],
    )
