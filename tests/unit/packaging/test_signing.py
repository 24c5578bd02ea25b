"""A laptop's key is made once and is its owner's alone."""

import stat
from pathlib import Path

import pytest

from modelyard.domain.errors import StoreError, UntrustedPackage
from modelyard.packaging.signing import signing_key_in
from modelyard.runtime.signatures import SIGNATURE_BYTES, verify_signature


def test_the_key_is_made_once(tmp_path: Path) -> None:
    assert signing_key_in(tmp_path) == signing_key_in(tmp_path)


def test_the_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    signing_key_in(tmp_path / "keys")
    (path,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_two_folders_have_two_keys(tmp_path: Path) -> None:
    assert signing_key_in(tmp_path / "a") != signing_key_in(tmp_path / "b")


def test_a_file_that_is_no_key_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "signing.key").write_bytes(b"precious")
    (tmp_path / "signing.key").chmod(0o600)
    with pytest.raises(StoreError, match="not a signing key"):
        signing_key_in(tmp_path)
    assert (tmp_path / "signing.key").read_bytes() == b"precious"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666])
def test_a_key_that_others_can_read_or_write_is_refused_with_the_way_to_close_it(
    tmp_path: Path, mode: int
) -> None:
    key = signing_key_in(tmp_path)
    path = tmp_path / "signing.key"
    path.chmod(mode)
    with pytest.raises(StoreError, match="open to others") as caught:
        signing_key_in(tmp_path)
    assert f"chmod 600 {path}" in str(caught.value.fix)
    path.chmod(0o600)
    assert signing_key_in(tmp_path) == key


def test_making_a_key_leaves_nothing_beside_it(tmp_path: Path) -> None:
    signing_key_in(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["signing.key"]


def test_a_folder_that_cannot_be_made_is_an_error_with_a_fix(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="MODELYARD_KEYS"):
        signing_key_in(tmp_path / "file" / "keys")


def test_a_signature_is_checked_by_content_and_length(tmp_path: Path) -> None:
    key = signing_key_in(tmp_path)
    signature = key.sign(b"manifest")
    assert len(signature) == SIGNATURE_BYTES
    assert verify_signature(b"manifest", signature, trusted={key.fingerprint}) == key.fingerprint
    with pytest.raises(UntrustedPackage, match="was changed"):
        verify_signature(b"another", signature, trusted={key.fingerprint})
    with pytest.raises(UntrustedPackage, match="96 bytes"):
        verify_signature(b"manifest", signature[:-1], trusted={key.fingerprint})
