"""Opens a model package: nothing in it is parsed before its hash and signature were verified.

Every file is read once, at most as large as it may be, and the bytes that were hashed are the
bytes that are parsed.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelyard.domain.errors import NotFound, UnsupportedPackage, UntrustedPackage
from modelyard.domain.manifests import Manifest, PackagedFile
from modelyard.kit.hashing import sha256_of
from modelyard.runtime.files import open_regular_file, read_regular_file
from modelyard.runtime.recipes import Recipe
from modelyard.runtime.signatures import (
    SIGNATURE_BYTES,
    trusted_fingerprints,
    trusted_signer,
    verify_signature,
)

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
RECIPE = "recipe.json"
MODEL = "model.onnx"
REFERENCE = "reference.json"
STATISTICS = "statistics.json"
REPORT = "report.html"
REPORT_DATA = "report.json"
SCHEMA = "schema.json"
CONFORMAL = "conformal.json"
ESTIMATOR = "estimator.skops"

# A manifest of 10,000 columns with 1,000 categories each is smaller.
MANIFEST_MOST_BYTES = 64 << 20

# Of a file that is not held in memory whole.
_PIECE_BYTES = 1 << 20
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9]+)?")


@dataclass(frozen=True)
class Package:
    """A verified package.

    Attributes:
        folder: where it lies.
        manifest: parsed after its signature was verified.
        contents: file name to verified bytes, for every file that the manifest names.
        signer: fingerprint of the trusted key that signed it.
        manifest_sha256: of the manifest's bytes, as they were verified.
    """

    folder: Path
    manifest: Manifest
    contents: Mapping[str, bytes] = field(repr=False)
    signer: str
    manifest_sha256: str

    @property
    def recipe(self) -> Recipe:
        """The recipe, read anew."""
        return read_recipe(self.contents[RECIPE])

    @property
    def schema(self) -> dict[str, Any] | None:
        """The data schema that rows must fulfil, None where training had none."""
        raw = self.contents.get(SCHEMA)
        return None if raw is None else json.loads(raw)


@dataclass(frozen=True)
class SealedPackage:
    """A package whose manifest was verified; its other files are verified when they are read.

    Attributes:
        folder, manifest, signer, manifest_sha256: as in `Package`.
        seal: the manifest's bytes and its signature's, by the names of their files.
    """

    folder: Path
    manifest: Manifest
    signer: str
    manifest_sha256: str
    seal: Mapping[str, bytes] = field(repr=False)

    def read(self, name: str) -> bytes | None:
        """Return the verified content of a file; None where the package has none of this name.

        Raises:
            UntrustedPackage: if it is not what was signed.
        """
        file = self.manifest.files.get(name)
        return None if file is None else _verified(self.folder, name, file)

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a file piece by piece; what was yielded counts only once the last has come.

        Raises:
            UntrustedPackage: at any time, if it is not what was signed.
        """
        file = self.manifest.files[name]
        _require_plain(name)
        digest, left = hashlib.sha256(), file.size_bytes
        with open_regular_file(self.folder, name, most_bytes=left) as (stream, _):
            while piece := stream.read(min(_PIECE_BYTES, left)):
                left -= len(piece)
                digest.update(piece)
                yield piece
        if digest.hexdigest() != file.sha256:
            raise _was_changed(name)


def open_package(folder: Path, trusted: str | Collection[str]) -> Package:
    """Verify and open the package in `folder`.

    Args:
        folder: a package folder.
        trusted: fingerprints of the keys that may have signed it.

    Raises:
        InvalidValue: if a fingerprint is none.
        NotFound: if there is no package in the folder.
        UntrustedPackage: if a hash or the signature is wrong, a file is missing, is a link or
            lies outside the folder, or the key is not trusted.
        UnsupportedPackage: if it was written in a format that this version does not know.
    """
    sealed = open_sealed(folder, trusted)
    files = sealed.manifest.files
    contents = {name: _verified(folder, name, file) for name, file in files.items()}
    for name in (RECIPE, MODEL):
        if name not in contents:
            raise UnsupportedPackage(f"The package's manifest names no {name}.")
    return Package(folder, sealed.manifest, contents, sealed.signer, sealed.manifest_sha256)


def open_sealed(folder: Path, trusted: str | Collection[str]) -> SealedPackage:
    """Verify the manifest of the package in `folder`, and read none of its other files.

    Raises:
        InvalidValue, NotFound, UntrustedPackage, UnsupportedPackage: as `open_package`.
    """
    keys = trusted_fingerprints(trusted)
    if not (folder / MANIFEST).exists() and not (folder / SIGNATURE).exists():
        raise NotFound(
            f"There is no model package in '{folder}'.", fix="Give the folder that train wrote."
        )
    signature = read_regular_file(folder, SIGNATURE, most_bytes=SIGNATURE_BYTES)
    # Whose package it is comes first: a stranger's manifest is not even read.
    trusted_signer(signature, trusted=keys)
    signed = read_regular_file(folder, MANIFEST, most_bytes=MANIFEST_MOST_BYTES)
    signer = verify_signature(signed, signature, trusted=keys)
    seal = {MANIFEST: signed, SIGNATURE: signature}
    return SealedPackage(folder, read_manifest(signed), signer, sha256_of(signed), seal)


def read_manifest(content: bytes) -> Manifest:
    """Parse a manifest whose signature was verified."""
    try:
        raw = json.loads(content)
    except ValueError as error:
        raise UnsupportedPackage(f"The package's manifest is not JSON: {error}.") from error
    if not isinstance(raw, dict):
        raise UnsupportedPackage("The package's manifest is not a JSON object.")
    return Manifest.from_dict(raw)


def read_recipe(content: bytes) -> Recipe:
    """Parse a recipe whose hash was verified."""
    try:
        return Recipe.from_dict(json.loads(content))
    except (KeyError, TypeError, ValueError) as error:
        raise UnsupportedPackage(f"The package's recipe is incomplete: {error}.") from error


def _verified(folder: Path, name: str, file: PackagedFile) -> bytes:
    _require_plain(name)
    content = read_regular_file(folder, name, most_bytes=file.size_bytes)
    if sha256_of(content) != file.sha256:
        raise _was_changed(name)
    return content


def _require_plain(name: str) -> None:
    if not _PLAIN_NAME.fullmatch(name):
        raise UntrustedPackage(
            f"The package's manifest names {name!r}, which is not a plain file of its folder.",
            fix="Do not use this package.",
        )


def _was_changed(name: str) -> UntrustedPackage:
    return UntrustedPackage(
        f"The file '{name}' of the package was changed after it was signed.",
        fix="Fetch the package again from where it was made.",
    )
