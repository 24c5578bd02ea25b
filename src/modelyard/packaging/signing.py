"""The key that signs packages: made on first use, readable by its owner only."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelyard.domain.errors import StoreError
from modelyard.kit.private_files import mode_open_to_others, write_once
from modelyard.runtime.signatures import KEY_BYTES, fingerprint_of

_FILE = "signing.key"


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 key pair; `fingerprint` is what others trust it by."""

    private: bytes
    public: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key as hex."""
        return fingerprint_of(self.public)

    def sign(self, content: bytes) -> bytes:
        """Return the 96 bytes of a signature file: public key, then signature."""
        return self.public + _ed25519(self.private).sign(content)  # type: ignore[no-any-return]  # cryptography's bindings are untyped here


def signing_key_in(folder: Path) -> SigningKey:
    """Return the key in `folder`; it is made if there is none.

    Raises:
        StoreError: if the folder cannot be written, the file is not a key, or others than its
            owner may read or write it.
    """
    path = folder / _FILE
    try:
        if not path.exists():
            write_once(path, os.urandom(KEY_BYTES))
        private = _read_private(path)
    except OSError as error:
        raise StoreError(
            f"The signing key '{path}' cannot be used: {error.strerror}.",
            fix="Set MODELYARD_KEYS to a folder that you can write.",
        ) from error
    if len(private) != KEY_BYTES:
        raise StoreError(
            f"'{path}' is not a signing key: it must be {KEY_BYTES} bytes, it is {len(private)}.",
            fix="Move the file away; a new key is made on next use.",
        )
    return SigningKey(private, _public_of(private))


def fingerprint_in(folder: Path) -> str | None:
    """Return by what the key in `folder` is trusted, None where there is none; none is made.

    Raises:
        StoreError: as `signing_key_in`.
    """
    return signing_key_in(folder).fingerprint if os.path.lexists(folder / _FILE) else None


def _read_private(path: Path) -> bytes:
    with path.open("rb") as stream:
        mode = mode_open_to_others(stream)
        if mode is not None:
            raise StoreError(
                f"The signing key '{path}' is open to others (mode {mode:04o}): who holds it can "
                "sign in your name.",
                fix=f"Close it with: chmod 600 {shlex.quote(str(path))}. If somebody else may have "
                "read it, move it away instead; a new key is made on next use.",
            )
        return stream.read()


def _ed25519(private: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(private)


def _public_of(private: bytes) -> bytes:
    raw: bytes = _ed25519(private).public_key().public_bytes_raw()
    return raw
