"""A package opens whole and signed by a trusted key, or not at all."""

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from modelyard.domain.errors import NotFound, PackageError, UnsupportedPackage, UntrustedPackage
from modelyard.domain.manifests import Manifest
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.packaging.signing import SigningKey, signing_key_in
from modelyard.runtime.packages import MANIFEST, MODEL, RECIPE, SIGNATURE, open_package

Write = Callable[..., Path]


def _sign(folder: Path, key: SigningKey, raw: object) -> None:
    """Write a manifest that the schema would not allow, with a good signature."""
    signed = raw if isinstance(raw, bytes) else canonical_json(raw)
    (folder / MANIFEST).write_bytes(signed)
    (folder / SIGNATURE).write_bytes(key.sign(signed))


def _manifest_of(folder: Path) -> dict:
    return json.loads((folder / MANIFEST).read_bytes())


def test_a_package_reads_back_as_it_was_written(
    write: Write, manifest: Manifest, contents: dict[str, bytes], key: SigningKey
) -> None:
    package = open_package(write(), {key.fingerprint})
    files = {name: sha256_of(content) for name, content in contents.items()}
    assert package.manifest == replace(manifest, files=files)
    assert package.contents == contents
    assert package.signer == key.fingerprint
    assert package.schema is None


def test_a_schema_travels_with_the_package(
    write: Write, contents: dict[str, bytes], key: SigningKey
) -> None:
    folder = write(files=contents | {"schema.json": b'{"type":"object"}'})
    assert open_package(folder, {key.fingerprint}).schema == {"type": "object"}


def test_a_foreign_key_is_refused_and_named(write: Write, tmp_path: Path, key: SigningKey) -> None:
    other = signing_key_in(tmp_path / "other")
    folder = write()
    with pytest.raises(UntrustedPackage, match=key.fingerprint) as caught:
        open_package(folder, {other.fingerprint})
    assert f"--trust {key.fingerprint}" in str(caught.value.fix)


def test_a_key_in_the_package_is_not_believed(
    write: Write, tmp_path: Path, key: SigningKey
) -> None:
    """Signing anew with one's own key does not help: the fingerprint is not a trusted one."""
    folder = write()
    thief = signing_key_in(tmp_path / "thief")
    (folder / SIGNATURE).write_bytes(thief.sign((folder / MANIFEST).read_bytes()))
    with pytest.raises(UntrustedPackage, match="not trusted"):
        open_package(folder, {key.fingerprint})


@pytest.mark.parametrize(
    "name", ["../secret.json", "/etc/passwd", "sub/model.onnx", "a\\b", "..", ".hidden", "x\n", ""]
)
def test_a_signed_manifest_that_names_a_file_elsewhere_is_refused(
    write: Write, key: SigningKey, name: str
) -> None:
    folder = write()
    (folder.parent / "secret.json").write_bytes(b"{}")
    raw = _manifest_of(folder)
    raw["files"][name] = sha256_of(b"{}")
    _sign(folder, key, raw)
    with pytest.raises(UntrustedPackage, match="not a plain file"):
        open_package(folder, {key.fingerprint})


def test_a_link_in_the_place_of_a_file_is_refused(write: Write, key: SigningKey) -> None:
    folder = write()
    moved = folder.parent / "elsewhere.onnx"
    shutil.move(folder / MODEL, moved)
    (folder / MODEL).symlink_to(moved)
    with pytest.raises(UntrustedPackage, match="not a regular file"):
        open_package(folder, {key.fingerprint})


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE, RECIPE, MODEL])
def test_a_missing_file_is_refused(write: Write, key: SigningKey, name: str) -> None:
    folder = write()
    (folder / name).unlink()
    with pytest.raises(UntrustedPackage, match="cannot be read"):
        open_package(folder, {key.fingerprint})


@pytest.mark.parametrize("name", [RECIPE, MODEL])
def test_a_manifest_without_a_needed_file_is_refused(
    write: Write, contents: dict[str, bytes], key: SigningKey, name: str
) -> None:
    files = {other: content for other, content in contents.items() if other != name}
    with pytest.raises(UnsupportedPackage, match=name):
        open_package(write(files=files), {key.fingerprint})


def test_an_empty_folder_holds_no_package(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no model package"):
        open_package(tmp_path, set())


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"format_version": 99}, "format version 99"),
        ({"format_version": 1}, "incomplete"),
        ([], "not a JSON object"),
        (b"{", "not JSON"),
    ],
)
def test_a_signed_manifest_of_another_make_is_named(
    write: Write, key: SigningKey, raw: object, says: str
) -> None:
    folder = write()
    _sign(folder, key, raw)
    with pytest.raises(UnsupportedPackage, match=says):
        open_package(folder, {key.fingerprint})


def test_a_step_from_a_later_version_is_named(
    write: Write, contents: dict[str, bytes], key: SigningKey
) -> None:
    later = contents[RECIPE].replace(b'"fill"', b'"fill_with_hope"')
    package = open_package(write(files=contents | {RECIPE: later}), {key.fingerprint})
    with pytest.raises(UnsupportedPackage, match="fill_with_hope"):
        _ = package.recipe


def test_every_byte_is_covered(write: Write, key: SigningKey) -> None:
    """2,000 random mutations: a flipped bit, a cut, an insertion or a swap in any file."""
    folder = write()
    originals = {path.name: path.read_bytes() for path in folder.iterdir()}
    dice = random.Random(20261120)  # noqa: S311 -- reproducible, not secret
    names = sorted(originals)
    for _ in range(2_000):
        name = dice.choice(names)
        (folder / name).write_bytes(_mutated(originals[name], dice))
        with pytest.raises(PackageError):
            open_package(folder, {key.fingerprint})
        (folder / name).write_bytes(originals[name])
    open_package(folder, {key.fingerprint})


def _mutated(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    at = dice.randrange(len(content))
    match dice.randrange(4):
        case 0:
            changed[at] ^= 1 << dice.randrange(8)
        case 1:
            del changed[at:]
        case 2:
            changed.insert(at, dice.randrange(256))
        case _:
            other = (at + 1 + dice.randrange(len(content) - 1)) % len(content)
            changed[at], changed[other] = changed[other], changed[at]
            if bytes(changed) == content:
                changed[at] ^= 1
    return bytes(changed)
