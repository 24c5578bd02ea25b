"""Writes a package folder: every file hashed into the manifest, the manifest signed last."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from modelyard.domain.manifests import Manifest, PackagedFile
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.packaging.signing import SigningKey
from modelyard.runtime.packages import MANIFEST, SIGNATURE


def write_package(
    folder: Path, manifest: Manifest, *, contents: Mapping[str, bytes], key: SigningKey
) -> Manifest:
    """Write a package into an existing empty folder and return its final manifest.

    Args:
        folder: empty; the caller moves it into place when this returns.
        manifest: its `files` are replaced by hash and size of `contents`.
        contents: file name to bytes, all but manifest and signature.
        key: signs the manifest.
    """
    files = {
        name: PackagedFile(sha256_of(content), len(content))
        for name, content in sorted(contents.items())
    }
    final = replace(manifest, files=files)
    signed = canonical_json(final.to_dict())
    for name, content in contents.items():
        _write(folder / name, content)
    _write(folder / MANIFEST, signed)
    _write(folder / SIGNATURE, key.sign(signed))
    return final


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
