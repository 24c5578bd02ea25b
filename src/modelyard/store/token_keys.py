"""The key that access tokens are signed with: made on first use, readable by its owner only."""

import os
import shlex
from pathlib import Path

from modelyard.domain.errors import StoreError
from modelyard.kit.private_files import mode_open_to_others, write_once

_FILE = "tokens.key"
# As long as the hash that signs with it (RFC 7518, section 3.2).
_KEY_BYTES = 32


def token_key_in(folder: Path) -> bytes:
    """Return the key in `folder`; it is made if there is none.

    Raises:
        StoreError: if the folder cannot be written, the key is too short, or others than its owner
            may read or write it.
    """
    path = folder / _FILE
    try:
        if not path.exists():
            write_once(path, os.urandom(_KEY_BYTES))
        with path.open("rb") as stream:
            mode = mode_open_to_others(stream)
            key = stream.read()
    except OSError as error:
        raise StoreError(
            f"The key of access tokens '{path}' cannot be used: {error.strerror}.",
            fix="Set MODELYARD_KEYS to a folder that you can write.",
        ) from error
    if mode is not None:
        raise StoreError(
            f"The key of access tokens '{path}' is open to others (mode {mode:04o}): who holds it "
            "can log in as anybody.",
            fix=f"Close it with: chmod 600 {shlex.quote(str(path))}. If somebody else may have "
            "read it, move it away instead; a new key is made, and everybody logs in anew.",
        )
    if len(key) < _KEY_BYTES:
        raise StoreError(
            f"The key of access tokens '{path}' has at least {_KEY_BYTES} bytes; it has "
            f"{len(key)}.",
            fix="Move the file away; a new key is made, and everybody logs in anew.",
        )
    return key
