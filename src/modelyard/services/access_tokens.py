"""Short-lived tokens that say who asks: JSON Web Tokens, signed and read with one key."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from modelyard.domain.errors import InvalidValue, NotAuthorized
from modelyard.domain.identities import Caller, Role
from modelyard.domain.people import User

# How long logging out, losing a role or being disabled may take to be felt.
ACCESS_TTL = timedelta(minutes=10)
# RFC 7518, section 3.2: a key of HS256 is at least as long as its hash.
MIN_KEY_BYTES = 32

_ISSUER = "modelyard"
_AUDIENCE = "modelyard-api"
# One and no other: a token does not choose how it is read (RFC 8725, section 3.1).
_ALGORITHM = "HS256"
_CLAIMS = ("exp", "iat", "aud", "iss", "jti", "sub", "tenant", "role", "operator")


class AccessTokens:
    """Issues and reads access tokens.

    Args:
        key: of at least `MIN_KEY_BYTES` bytes.
        now: tells the time.
        new_id: of a token.

    Raises:
        InvalidValue: if the key is shorter.
    """

    def __init__(
        self, key: bytes, *, now: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        if len(key) < MIN_KEY_BYTES:
            raise InvalidValue(
                f"The key of access tokens has at least {MIN_KEY_BYTES} bytes; {len(key)} came.",
                fix="Set MODELYARD_TOKEN_KEY to a longer random text, or unset it: a key is made.",
            )
        self._key = key
        self._now = now
        self._new_id = new_id

    def issue(self, user: User) -> str:
        """Return a token by which the user is known until `ACCESS_TTL` has passed."""
        import jwt

        now = self._now()
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": user.subject,
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_TTL).timestamp()),
            "jti": self._new_id(),
            "tenant": user.tenant,
            "role": user.role.value,
            "operator": user.is_operator,
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def read(self, token: str) -> Caller:
        """Return who a token says is asking.

        Raises:
            NotAuthorized: if we did not sign it, it is no longer good, or it says too little.
        """
        import jwt

        try:
            # When it ends is compared with our own clock, below.
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False},
            )
            return self._caller(claims)
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise NotAuthorized(
                "The access token is not one of this platform's, or it has been changed.",
                fix="Log in again.",
            ) from error

    def _caller(self, claims: dict[str, Any]) -> Caller:
        if datetime.fromtimestamp(claims["exp"], UTC) <= self._now():
            raise NotAuthorized(
                f"The access token was good for {ACCESS_TTL.seconds // 60} minutes; they are over.",
                fix="Fetch another one with the refresh token, or log in again.",
            )
        return Caller(
            tenant=str(claims["tenant"]),
            subject=str(claims["sub"]),
            role=Role(claims["role"]),
            is_operator=claims["operator"] is True,
        )
