"""What every service of a project stands on: settings, tenant, folder, records, packages, key."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from modelyard.domain.errors import NotFound
from modelyard.domain.tenants import LOCAL, check_tenant
from modelyard.kit.installs import serves_alone
from modelyard.settings import Settings

if TYPE_CHECKING:
    from modelyard.catalog import Catalog
    from modelyard.domain.runs import Model
    from modelyard.packaging.signing import SigningKey
    from modelyard.services.packages import PackageService
    from modelyard.store.artifacts import Artifacts
    from modelyard.store.databases import Database, TenantDatabase


@dataclass(frozen=True)
class Foundation:
    """A project folder, as one tenant sees it; each part is made on first use.

    Attributes:
        settings: what the environment decides.
        tenant: whose records and files the services see; by default those of a laptop.
    """

    settings: Settings
    tenant: str = LOCAL
    # Whose database, catalog and key this one shares; None where they are its own.
    _first: Self | None = field(default=None, repr=False, compare=False)

    def of(self, tenant: str) -> Self:
        """Return the project as another tenant sees it, over the same database, catalog and key.

        Raises:
            InvalidValue: if no tenant may be called so.
        """
        return type(self)(self.settings, check_tenant(tenant), _first=self._first or self)

    @property
    def folder(self) -> Path:
        """Where the tenant's files lie; those of a laptop lie in the project folder itself."""
        home = self.settings.home
        return home if self.tenant == LOCAL else home / "tenants" / self.tenant

    @cached_property
    def catalog(self) -> "Catalog":
        """What can be trained, measured, read and drawn."""
        if self._first is not None:
            return self._first.catalog
        from modelyard.catalog import Catalog

        return Catalog()

    @cached_property
    def database(self) -> "Database":
        """The project's database, of all tenants, migrated to this version."""
        if self._first is not None:
            return self._first.database
        from modelyard.store.databases import open_database

        return open_database(self.settings.database_url)

    @cached_property
    def records(self) -> "TenantDatabase":
        """The tenant's records."""
        return self.database.of(self.tenant)

    @cached_property
    def key(self) -> "SigningKey":
        """The key that signs this user's packages."""
        if self._first is not None:
            return self._first.key
        from modelyard.packaging.signing import signing_key_in

        return signing_key_in(self.settings.keys)

    @cached_property
    def artifacts(self) -> "Artifacts":
        """The folder of the packages."""
        from modelyard.store.artifacts import Artifacts

        return Artifacts(self.folder / "models")

    @cached_property
    def packages(self) -> "PackageService":
        """Opening packages alone: those in folders without a look into the database."""
        from modelyard.services.packages import PackageService

        return PackageService(
            find=self._registered,
            path_of=self._path_of,
            fingerprint=self.own_fingerprint,
        )

    def _path_of(self, artifact: str) -> Path:
        return self.artifacts.path_of(artifact)

    def own_fingerprint(self) -> str | None:
        """Return the fingerprint of this user's key; opening a package is no reason to make one."""
        from modelyard.packaging.signing import fingerprint_in

        return fingerprint_in(self.settings.keys)

    def _registered(self, reference: str) -> "Model":
        if serves_alone():
            raise NotFound(
                f"There is no model package in '{reference}', and this install has no registry.",
                fix="Give the folder of a package. Names are known where modelyard was trained: "
                "modelyard models show NAME tells the folder.",
            )
        from modelyard.store.models import Models

        return Models(self.records).get(reference)
