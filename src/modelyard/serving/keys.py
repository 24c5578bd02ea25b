"""Asks each request for an API key, by a snapshot of the keys that the platform keeps fresh.

The snapshot is a file with the SHA-256 of each key, so that it gives no key away. It is replaced as
a whole and looked at four times a second; without a readable one nobody is let in. Where only the
platform is gone, the last snapshot goes on to hold: each key ends at its own time.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import msgspec

from modelyard.domain.errors import Forbidden, NotAuthorized, Unavailable
from modelyard.domain.serving_keys import ServingKey
from modelyard.serving.exchanges import Headers

FORMAT = 1
# Whoever watches a server asks without a key; the admin call asks for a token of its own.
OPEN_PATHS = frozenset({"/health", "/v2/health/live", "/v2/health/ready", "/admin/reload"})
# Whom the platform forwards a request of; heard from its own key alone.
ON_BEHALF_OF = b"x-modelyard-subject"
# By which the platform says that somebody only tries a row out; heard from its own key alone.
TRIAL = b"x-modelyard-trial"
# Between two looks at the file: a key that was revoked is refused after at most so long, and a
# look (2 µs) costs the request that makes it nothing that could be measured.
LOOK_S = 0.25
_FIX = "Send the header Authorization: Bearer KEY, with a key of this tenant."
_MOST_SUBJECT = 200


class _Snapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it is written: SHA-256 in hex to what the key may do."""

    format: int
    keys: dict[str, ServingKey]


def encode_keys(keys: Mapping[str, ServingKey]) -> bytes:
    """Return the content of a snapshot.

    Args:
        keys: by `digest_of` the key.
    """
    return msgspec.json.encode(_Snapshot(FORMAT, dict(keys)), order="sorted")


class KeyRing:
    """The keys of one tenant as one server knows them; for one event loop."""

    def __init__(
        self,
        path: Path,
        tenant: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take where the snapshot is.

        Args:
            path: of the snapshot, which may appear later.
            tenant: whose keys are let in.
            clock: seconds that never go back.
            now: seconds since the epoch, by which keys expire.
        """
        self._path = path
        self._tenant = tenant
        self._clock = clock
        self._now = now
        self._keys: Mapping[str, ServingKey] | None = None
        self._seen: tuple[int, int, int] | None = None
        self._looks_at = clock()

    def require(self, headers: Headers, models: Collection[str]) -> ServingKey:
        """Return the key that a request carries.

        Args:
            headers: of the request.
            models: that it asks, or asks about.

        Raises:
            Unavailable: if there is no snapshot that can be read.
            NotAuthorized: if there is no key, or one that does not hold, or no longer.
            Forbidden: if the key is for other models.
        """
        clock = self._clock()
        if clock >= self._looks_at:
            self._looks_at = clock + LOOK_S
            self._look()
        if self._keys is None:
            raise Unavailable(
                "The keys of this server cannot be read, so it lets nobody in.",
                fix="Repeat later; whoever runs it finds more in its log.",
            )
        key = self._keys.get(_digest_in(headers))
        if key is None or key.tenant != self._tenant:
            raise NotAuthorized("A prediction needs a valid API key.", fix=_FIX)
        if key.expires_at is not None and key.expires_at.timestamp() <= self._now():
            raise NotAuthorized(f"The key has expired at {key.expires_at.isoformat()}.", fix=_FIX)
        if key.models is not None and not key.models.issuperset(models):
            raise Forbidden(
                f"This key may not ask about {', '.join(sorted(set(models) - key.models))}.",
                fix=f"It may ask: {', '.join(sorted(key.models)) or 'nothing'}.",
            )
        return key

    def _look(self) -> None:
        try:
            told = self._path.stat()
            seen = (told.st_ino, told.st_mtime_ns, told.st_size)
            if seen == self._seen:
                return
            content = self._path.read_bytes()
        except OSError:
            self._keys = self._seen = None
            return
        self._seen, self._keys = seen, _decoded(content)


def subject_of(key: ServingKey, headers: Headers) -> str:
    """Return who asks: whom the key stands for, or whom the platform names by its own."""
    if key.speaks_for_others:
        named = headers.get(ON_BEHALF_OF, b"")[:_MOST_SUBJECT].decode("ascii", "replace")
        return named or key.subject
    return key.subject


def is_trial(key: ServingKey, headers: Headers) -> bool:
    """Return whether a row is only tried out, so that its answer is not written down."""
    return key.speaks_for_others and headers.get(TRIAL) == b"true"


def _decoded(content: bytes) -> Mapping[str, ServingKey] | None:
    try:
        snapshot = msgspec.json.decode(content, type=_Snapshot)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return snapshot.keys if snapshot.format == FORMAT else None


def _digest_in(headers: Headers) -> str:
    scheme, _, key = headers.get(b"authorization", b"").partition(b" ")
    # Names of schemes are the same in any case (RFC 9110, 11.1).
    return hashlib.sha256(key.strip()).hexdigest() if scheme.lower() == b"bearer" else ""
