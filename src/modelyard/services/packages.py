"""Finds model packages by folder or by name, and opens those that are trusted."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from modelyard.domain.errors import UntrustedPackage
from modelyard.domain.runs import Model
from modelyard.runtime.packages import (
    MANIFEST,
    Package,
    SealedPackage,
    open_package,
    open_sealed,
)
from modelyard.runtime.signatures import trusted_fingerprints


@dataclass(frozen=True)
class FoundPackage:
    """A verified package.

    Attributes:
        reference: `name@version` in the registry, None for a package opened by its path.
    """

    package: Package
    reference: str | None


@dataclass(frozen=True)
class PackageService:
    """Opens packages; it loads neither the engine nor a library of tables.

    Attributes:
        find: looks a model up in the registry.
        path_of: returns the folder of a registered package by its key.
        fingerprint: of the user's own key, which is always trusted; None where there is none.
    """

    find: Callable[[str], Model]
    path_of: Callable[[str], Path]
    fingerprint: Callable[[], str | None]

    def open(self, reference: str | Path, *, trust: str | Collection[str] = ()) -> FoundPackage:
        """Verify and open a package by its folder, or by its name in the registry.

        Args:
            reference: a folder, or `name`, `name@3`, `name@champion`; a bare name is a folder where
                that holds a package, else a name in the registry.
            trust: fingerprint, or fingerprints, of keys to trust beside the user's own.

        Raises:
            InvalidValue: if a fingerprint is none.
            NotFound: if there is no such folder or model.
            UntrustedPackage: if the package was changed, or its signer is not trusted.
        """
        trusted = self._trusted(trust)
        if _is_path(reference):
            return FoundPackage(open_package(Path(reference), trusted), None)
        model = self.find(str(reference))
        package = open_package(self.path_of(model.artifact), trusted)
        _require_registered(package, model)
        return FoundPackage(package, model.reference)

    def look_into(self, model: Model) -> SealedPackage:
        """Verify the manifest of a registered package, and read no more of it.

        Raises:
            NotFound: if its files are gone.
            UntrustedPackage: if the manifest is not the one that was registered.
        """
        package = open_sealed(self.path_of(model.artifact), self._trusted(()))
        _require_registered(package, model)
        return package

    def _trusted(self, trust: str | Collection[str]) -> frozenset[str]:
        own = self.fingerprint()
        return trusted_fingerprints(trust) | ({own} if own else frozenset())


def _require_registered(package: Package | SealedPackage, model: Model) -> None:
    if package.manifest_sha256 != model.sha256:
        raise UntrustedPackage(
            f"The package of '{model.reference}' is not the one that was registered.",
            fix="Restore the project folder from a backup, or train again.",
        )


def _is_path(reference: str | Path) -> bool:
    if isinstance(reference, Path) or "/" in reference or reference in {".", ".."}:
        return True
    return (Path(reference) / MANIFEST).is_file()
