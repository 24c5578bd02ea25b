"""Content hashes and the canonical JSON that they are taken over."""

import hashlib
import json
from pathlib import Path
from typing import Any

_CHUNK_BYTES = 1 << 20


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of `content` as 64 lowercase hex digits."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's content, read in chunks of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def canonical_json(value: Any) -> bytes:
    """Return the one UTF-8 JSON text of `value`: sorted keys, no spaces, no NaN.

    Floats are written as their shortest text that reads back to the same double.

    Raises:
        ValueError: if `value` holds NaN or an infinity, which JSON has no word for.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()
