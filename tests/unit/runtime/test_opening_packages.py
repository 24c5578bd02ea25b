"""A package opens whole and signed by a trusted key, or not at all."""

import json
import os
import random
import shutil
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from modelyard.domain.errors import (
    InvalidValue,
    NotFound,
    PackageError,
    UnsupportedPackage,
    UntrustedPackage,
)
from modelyard.domain.manifests import Manifest, PackagedFile
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
    files = {
        name: PackagedFile(sha256_of(content), len(content)) for name, content in contents.items()
    }
    assert package.manifest == replace(manifest, files=files)
    assert package.contents == contents
    assert package.signer == key.fingerprint
    assert package.manifest_sha256 == sha256_of((package.folder / MANIFEST).read_bytes())
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
    raw["files"][name] = {"sha256": sha256_of(b"{}"), "size_bytes": 2}
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
def test_a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for(
    write: Write, key: SigningKey, name: str
) -> None:
    folder = write()
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(UntrustedPackage, match="not a regular file"):
        open_package(folder, {key.fingerprint})


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE, RECIPE, MODEL])
def test_a_folder_in_the_place_of_a_file_is_refused(
    write: Write, key: SigningKey, name: str
) -> None:
    folder = write()
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(UntrustedPackage, match="not a regular file"):
        open_package(folder, {key.fingerprint})


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE, RECIPE, MODEL])
def test_a_file_that_is_too_large_is_refused_unread(
    write: Write, key: SigningKey, name: str
) -> None:
    folder = write()
    os.truncate(folder / name, 1 << 31)
    tracemalloc.start()
    try:
        with pytest.raises(UntrustedPackage, match=f"'{name}' of the package must be .* at most"):
            open_package(folder, {key.fingerprint})
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 10 << 20


def test_a_strangers_manifest_is_not_even_read(
    write: Write, key: SigningKey, tmp_path: Path
) -> None:
    folder = write()
    os.truncate(folder / MANIFEST, 1 << 31)
    with pytest.raises(UntrustedPackage, match="not trusted"):
        open_package(folder, {signing_key_in(tmp_path / "other").fingerprint})


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


@pytest.mark.parametrize("file", ["ab" * 32, {"sha256": "ab" * 32}, {"size_bytes": 1}, None, 7])
def test_a_manifest_that_does_not_tell_hash_and_size_is_refused(
    write: Write, key: SigningKey, file: object
) -> None:
    folder = write()
    raw = _manifest_of(folder)
    raw["files"][RECIPE] = file
    _sign(folder, key, raw)
    with pytest.raises(UnsupportedPackage, match="incomplete"):
        open_package(folder, {key.fingerprint})


def test_one_fingerprint_may_be_given_alone_and_in_capitals(write: Write, key: SigningKey) -> None:
    assert open_package(write(), key.fingerprint.upper()).signer == key.fingerprint


@pytest.mark.parametrize("given", ["", "abc", "*", "g" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n"])
def test_what_is_no_fingerprint_is_refused(write: Write, given: str) -> None:
    folder = write()
    for trusted in (given, [given], {given, "a" * 64}):
        with pytest.raises(InvalidValue, match="64 hexadecimal digits"):
            open_package(folder, trusted)


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
