"""A serving process lets in whom the platform would, as soon as its snapshot says so."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelyard.domain.credentials import ApiKey, HeldKey, digest_of
from modelyard.domain.deployments import Deployment, DeploymentState
from modelyard.domain.errors import Forbidden, NotAuthorized
from modelyard.domain.identities import ModelAccess, Role
from modelyard.services.serving_keys import ServingKeyService
from modelyard.serving.keys import KeyRing
from modelyard.store.serving_files import ServingFiles, platform_key_in

AT = datetime(2026, 1, 1, tzinfo=UTC)


def _held(text: str, tenant: str = "acme", access: ModelAccess | None = None) -> HeldKey:
    key = ApiKey(tenant, text, text, Role.EDITOR, None, None, AT, None, sha256=digest_of(text))
    return HeldKey(key, access or ModelAccess())


def _deployment(name: str, model: str, tenant: str = "acme") -> Deployment:
    return Deployment(tenant, name, model, True, DeploymentState.READY, "user:1", AT, AT)  # noqa: FBT003 -- the record's own order


class _Platform:
    """Keys and deployments, and the snapshots that are written of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.held = [_held("first"), _held("foreign", "globex")]
        self.deployments = [
            _deployment("churn-eu", "churn@3"),
            _deployment("price", "price@1"),
            _deployment("theirs", "secret@1", "globex"),
        ]
        self.service = ServingKeyService(
            held=lambda _: self.held,
            deployments=lambda: self.deployments,
            files_of=self.files_of,
            platform_key=lambda: "platform-key",
            now=lambda: AT,
        )

    def files_of(self, tenant: str) -> ServingFiles:
        return ServingFiles(self.root / tenant)

    def require(self, key: str, model: str = "churn-eu", tenant: str = "acme") -> str:
        """Return the subject that a serving process of the tenant takes a key for."""
        self.service.refresh()
        headers: Mapping[bytes, bytes] = {b"authorization": f"Bearer {key}".encode()}
        ring = KeyRing(self.files_of(tenant).keys, tenant)
        return ring.require(headers, (model,)).subject


@pytest.fixture
def platform(tmp_path: Path) -> _Platform:
    return _Platform(tmp_path)


def test_a_key_of_the_tenant_is_let_in(platform: _Platform) -> None:
    assert platform.require("first") == "key:first"


def test_a_key_of_another_tenant_is_not_even_in_the_snapshot(platform: _Platform) -> None:
    with pytest.raises(NotAuthorized):
        platform.require("foreign")
    assert digest_of("foreign").encode() not in platform.files_of("acme").keys.read_bytes()
    assert platform.require("foreign", "theirs", "globex") == "key:foreign"


def test_a_key_that_is_good_no_more_is_taken_out(platform: _Platform) -> None:
    platform.require("first")
    platform.held.clear()
    with pytest.raises(NotAuthorized):
        platform.require("first")


def test_a_key_for_some_models_opens_what_serves_them_by_any_name(platform: _Platform) -> None:
    platform.held = [_held("narrow", access=ModelAccess.to_only("churn"))]
    assert platform.require("narrow", "churn-eu") == "key:narrow"
    with pytest.raises(Forbidden):
        platform.require("narrow", "price")


def test_the_platform_itself_is_let_in(platform: _Platform) -> None:
    assert platform.require("platform-key") == "platform"


def test_a_snapshot_that_is_as_it_should_be_is_left_alone(platform: _Platform) -> None:
    platform.service.refresh()
    path = platform.files_of("acme").keys
    before = path.stat().st_ino, path.stat().st_mtime_ns
    platform.service.refresh()
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before


def test_a_tenant_without_deployments_has_no_snapshot(platform: _Platform) -> None:
    platform.deployments = platform.deployments[:2]
    platform.service.refresh()
    assert not platform.files_of("globex").keys.exists()


def test_the_platforms_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "serving" / "platform.key"
    first = platform_key_in(path)
    assert platform_key_in(path) == first
    assert len(first) > 40
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
