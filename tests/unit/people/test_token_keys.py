"""The key of access tokens: made once, its owner's alone, long enough."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from modelyard.domain.errors import StoreError
from modelyard.store.token_keys import token_key_in


def test_the_key_is_made_on_first_use_for_its_owner_alone(tmp_path):
    key = token_key_in(tmp_path / "keys")
    assert len(key) == 32
    assert (tmp_path / "keys" / "tokens.key").stat().st_mode & 0o777 == 0o600
    assert token_key_in(tmp_path / "keys") == key


def test_of_many_starters_one_makes_the_key(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: token_key_in(tmp_path), range(8)))
    assert len(keys) == 1


def test_a_short_key_is_refused(tmp_path):
    token_key_in(tmp_path)
    (tmp_path / "tokens.key").write_bytes(b"k" * 31)
    with pytest.raises(StoreError, match="32 bytes"):
        token_key_in(tmp_path)


def test_a_key_that_others_may_read_is_refused(tmp_path):
    token_key_in(tmp_path)
    (tmp_path / "tokens.key").chmod(0o640)
    with pytest.raises(StoreError, match="open to others"):
        token_key_in(tmp_path)


def test_a_folder_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="MODELYARD_KEYS"):
        token_key_in(tmp_path / "file")
