"""A project as each tenant sees it: one database, catalog and key, and records of its own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelyard.bootstrap import Project
from modelyard.domain.errors import InvalidValue
from modelyard.domain.queries import RunQuery
from modelyard.domain.runs import Dataset
from modelyard.domain.tenants import LOCAL
from modelyard.settings import read_settings
from modelyard.store.datasets import Datasets


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(read_settings({"MODELYARD_HOME": str(tmp_path / "home")}))


def test_a_project_is_the_laptops_own_until_a_tenant_is_named(project: Project) -> None:
    assert project.tenant == LOCAL
    assert project.folder == project.settings.home
    with project.artifacts.writing("a") as draft:
        (draft / "x").touch()
    assert (project.settings.home / "models" / "a" / "x").exists()


def test_another_tenants_files_lie_in_a_folder_of_its_own(project: Project) -> None:
    acme = project.of("acme")
    assert acme.folder == project.settings.home / "tenants" / "acme"
    with acme.artifacts.writing("a") as draft:
        (draft / "x").touch()
    assert (acme.folder / "models" / "a" / "x").exists()


def test_tenants_share_the_database_the_catalog_and_the_key(project: Project) -> None:
    acme = project.of("acme")
    assert acme.database is project.database
    assert acme.catalog is project.catalog
    assert acme.key is project.key
    assert acme.of("globex").database is project.database
    project.database.close()


def test_naming_a_tenant_opens_nothing(project: Project) -> None:
    project.of("acme")
    assert not project.settings.home.exists()


def test_each_tenant_sees_its_own_records(project: Project) -> None:
    a_dataset = Dataset("cd" * 32, "iris.csv", 150, 5, 4000, datetime(2026, 1, 1, tzinfo=UTC))
    Datasets(project.of("acme").records).add(a_dataset)
    assert Datasets(project.of("acme").records).find() == (a_dataset,)
    assert Datasets(project.records).find() == ()
    assert project.of("acme").runs.find(RunQuery()) == ()
    project.database.close()


@pytest.mark.parametrize("tenant", ["", "..", "a/b", "Acme", "-a"])
def test_what_is_no_tenant_has_no_project(project: Project, tenant: str) -> None:
    with pytest.raises(InvalidValue, match="tenant's id"):
        project.of(tenant)
