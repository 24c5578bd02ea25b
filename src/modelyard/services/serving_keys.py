"""Keeps the snapshots of API keys fresh by which serving processes let requests in."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from modelyard.domain.credentials import HeldKey, digest_of
from modelyard.domain.deployments import Deployment
from modelyard.domain.serving_keys import ServingKey
from modelyard.serving.keys import encode_keys
from modelyard.store.files import write_whole
from modelyard.store.serving_files import ServingFiles

# The subject of what the platform asks on its own behalf.
PLATFORM = "platform"


@dataclass(frozen=True)
class ServingKeyService:
    """Writes one snapshot for each tenant that has deployments.

    Attributes:
        held: returns every key that is good at a time, of all tenants.
        deployments: returns the deployments of all tenants.
        files_of: returns where the files of a tenant's deployments lie.
        platform_key: returns the key by which the platform asks on behalf of its callers.
    """

    held: Callable[[datetime], Sequence[HeldKey]]
    deployments: Callable[[], Sequence[Deployment]]
    files_of: Callable[[str], ServingFiles]
    platform_key: Callable[[], str]
    now: Callable[[], datetime]

    def refresh(self) -> None:
        """Write the snapshots that are not as they should be.

        Raises:
            StoreError: if one cannot be written.
        """
        deployments: dict[str, list[Deployment]] = defaultdict(list)
        for each in self.deployments():
            deployments[each.tenant].append(each)
        held: dict[str, list[HeldKey]] = defaultdict(list)
        for key in self.held(self.now()) if deployments else ():
            held[key.key.tenant].append(key)
        for tenant, of_tenant in deployments.items():
            self._write(tenant, held[tenant], of_tenant)

    def _write(
        self, tenant: str, held: Iterable[HeldKey], deployments: Sequence[Deployment]
    ) -> None:
        platform = ServingKey(tenant, PLATFORM, "admin", speaks_for_others=True)
        keys = {digest_of(self.platform_key()): platform}
        keys |= {each.key.sha256: _served(each, deployments) for each in held}
        content, path = encode_keys(keys), self.files_of(tenant).keys
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)


def _served(held: HeldKey, deployments: Sequence[Deployment]) -> ServingKey:
    key, access = held.key, held.access
    allowed = (each.name for each in deployments if access.allows(each.model_name))
    return ServingKey(
        tenant=key.tenant,
        subject=key.subject,
        role=key.role.value,
        expires_at=key.expires_at,
        models=None if access.is_full else frozenset(allowed),
    )
