"""Of a sealed package the manifest is verified at once, and each file when it is read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from modelyard.domain.errors import NotFound, UntrustedPackage
from modelyard.packaging.signing import SigningKey, signing_key_in
from modelyard.runtime.packages import MANIFEST, MODEL, RECIPE, open_package, open_sealed

Write = Callable[..., Path]


def test_it_tells_what_the_opened_package_tells(write: Write, key: SigningKey) -> None:
    folder = write()
    sealed, opened = (each(folder, key.fingerprint) for each in (open_sealed, open_package))
    assert sealed.manifest == opened.manifest
    assert sealed.manifest_sha256 == opened.manifest_sha256
    assert sealed.read(RECIPE) == opened.contents[RECIPE]
    assert b"".join(sealed.pieces(MODEL)) == opened.contents[MODEL]
    assert sealed.read("no-such-file.json") is None


def test_a_file_that_was_changed_is_refused_when_it_is_read(write: Write, key: SigningKey) -> None:
    folder = write()
    sealed = open_sealed(folder, key.fingerprint)
    for content in (b"x" * sealed.manifest.files[MODEL].size_bytes, b"", b"x" * 1_000_000):
        (folder / MODEL).write_bytes(content)
        with pytest.raises(UntrustedPackage):
            sealed.read(MODEL)
        with pytest.raises(UntrustedPackage):
            list(sealed.pieces(MODEL))


def test_a_manifest_of_somebody_else_or_changed_is_refused(
    write: Write, key: SigningKey, tmp_path: Path
) -> None:
    folder = write()
    with pytest.raises(UntrustedPackage):
        open_sealed(folder, signing_key_in(tmp_path / "other").fingerprint)
    manifest = folder / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b'"toy"', b'"boy"'))
    with pytest.raises(UntrustedPackage):
        open_sealed(folder, key.fingerprint)
    with pytest.raises(NotFound):
        open_sealed(tmp_path, key.fingerprint)
