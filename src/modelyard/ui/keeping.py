"""Logins on the disk, so that they outlive the page's process: sealed by the ids of browsers.

The key to a file is made of the id that the browser alone has, and its name tells nothing of that:
what lies on the disk opens no login by itself.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

# Folder among the keys of whoever runs the page.
LOGINS = "page-logins"
_NONCE_BYTES = 12
_KEY, _NAME = b"key of a login of the page", b"name of a login of the page"


@dataclass(frozen=True, repr=False)
class KeptLogin:
    """What a login begins again from.

    Attributes:
        refresh_token: good once, for the next admission.
        email: of whoever has logged in.
    """

    refresh_token: str
    email: str


class Keep:
    """A folder of logins; where it cannot be written, logins last as long as the process.

    Args:
        folder: that the owner of the process alone can read; None for none.
        platform: address of the one that the logins are at.
    """

    def __init__(self, folder: Path | None, *, platform: str) -> None:
        self._folder = folder
        self._platform = platform.encode()

    def write(self, session_id: str, login: KeptLogin) -> None:
        """Keep a login in place of what was kept for the id before."""
        if self._folder is None:
            return
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        content = json.dumps(asdict(login)).encode()
        sealed = nonce + AESGCM(self._derived(_KEY, session_id)).encrypt(nonce, content, None)
        with suppress(OSError):
            self._replace(self._place(self._folder, session_id), sealed)

    def read(self, session_id: str) -> KeptLogin | None:
        """Return the login that is kept for an id; None where there is none."""
        if self._folder is None:
            return None
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            sealed = self._place(self._folder, session_id).read_bytes()
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            content = AESGCM(self._derived(_KEY, session_id)).decrypt(nonce, rest, None)
        except (OSError, InvalidTag, ValueError):
            # Nobody's, or torn: whoever has the id logs in anew.
            return None
        return KeptLogin(**json.loads(content))

    def drop(self, session_id: str) -> None:
        """Forget a login."""
        if self._folder is not None:
            with suppress(OSError):
                self._place(self._folder, session_id).unlink(missing_ok=True)

    def drop_older(self, than: float) -> None:
        """Forget the logins that were last renewed before a time, in seconds since 1970."""
        if self._folder is None:
            return
        with suppress(OSError):
            for place in self._folder.iterdir():
                if place.stat().st_mtime < than:
                    place.unlink(missing_ok=True)

    def _place(self, folder: Path, session_id: str) -> Path:
        return folder / self._derived(_NAME, session_id).hex()

    def _derived(self, use: bytes, session_id: str) -> bytes:
        """Return 32 bytes for one use, from which neither the id nor those for another one follow.

        Source: an id has 256 bits of chance, so that one round of a keyed hash is enough (RFC 7693,
        section 2.9; NIST SP 800-108 Rev. 1, section 4.1).
        """
        key = hashlib.blake2b(session_id.encode(), digest_size=64).digest()
        return hashlib.blake2b(use + b"\0" + self._platform, key=key, digest_size=32).digest()

    @staticmethod
    def _replace(place: Path, content: bytes) -> None:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made readable by its owner only.
        descriptor, draft = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(draft).replace(place)
