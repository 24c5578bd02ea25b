"""Opening a package is no reason to make a key: a server may run where nothing can be written."""

from pathlib import Path

import pytest

from modelyard.bootstrap import open_project
from modelyard.domain.errors import UntrustedPackage
from modelyard.packaging.signing import fingerprint_in, signing_key_in
from modelyard.settings import Settings

PENGUINS = Path(__file__).parents[2] / "golden" / "packages" / "v1-penguins-lightgbm"
SIGNER = "8095fe45649ad84619f7aab489bf5bef1f5f406ea865ec21aa0e677f5ed0f665"


def _settings(folder: Path) -> Settings:
    return Settings(folder, f"sqlite:///{folder}/m.db", folder / "keys", threads=1)


def test_a_package_of_a_trusted_signer_opens_and_leaves_nothing_behind(tmp_path: Path) -> None:
    project = open_project(_settings(tmp_path))
    assert project.packages.open(PENGUINS, trust=SIGNER).package.signer == SIGNER
    assert project.predicting.open(PENGUINS, trust=SIGNER).package.signer == SIGNER
    assert list(tmp_path.iterdir()) == []


def test_without_a_key_nobody_is_trusted_by_himself(tmp_path: Path) -> None:
    with pytest.raises(UntrustedPackage):
        open_project(_settings(tmp_path)).packages.open(PENGUINS)


def test_a_key_that_is_there_is_known_by_its_fingerprint(tmp_path: Path) -> None:
    assert fingerprint_in(tmp_path) is None
    assert fingerprint_in(tmp_path) is None
    assert signing_key_in(tmp_path).fingerprint == fingerprint_in(tmp_path)
