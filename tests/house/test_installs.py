"""The base install stays light and repeatable, and what is optional stays optional."""

import ast
import json
import subprocess
import sys
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

MAX_BASE_BYTES = 600_000_000
LARGE_BYTES = 9_000_000

OPTIONAL = {"pandas", "pyarrow"}


@pytest.fixture(scope="module")
def pinned(root):
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = (line.split("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(name): exact for name, exact in pins}


@pytest.fixture(scope="module")
def base_install(root):
    result = subprocess.run(
        [sys.executable, str(root / "benchmarks" / "install_size.py"), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(result.stdout)


def _requirements(pyproject):
    project = pyproject["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(line) for one in lists for line in one]


def _imports(source):
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_the_base_install_is_under_600_megabytes(base_install):
    assert 100_000_000 < base_install["total_bytes"] < MAX_BASE_BYTES


def test_the_docs_say_what_each_large_part_is_for(base_install, root):
    page = (root / "docs" / "install.md").read_text(encoding="utf-8")
    large = {part["name"] for part in base_install["parts"] if part["size_bytes"] > LARGE_BYTES}
    assert {name for name in large if f"| {name} |" not in page} == set()


def test_every_requirement_is_pinned_to_a_version_that_it_allows(pyproject, pinned):
    for requirement in _requirements(pyproject):
        exact = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(exact), str(requirement)


def test_everything_that_the_base_install_needs_is_pinned(base_install, pinned):
    names = {canonicalize_name(part["name"]) for part in base_install["parts"]}
    assert names - set(pinned) == set()


def test_a_test_that_imports_an_optional_library_is_marked(everything):
    unmarked = {
        source.name
        for source in everything
        if source.name.startswith("tests/")
        and not OPTIONAL.isdisjoint(_imports(source))
        and "mark.extras" not in source.text
    }
    assert unmarked == set()


@pytest.mark.extras
def test_every_extra_is_installed_as_it_is_asked_for(pyproject):
    for lines in pyproject["project"]["optional-dependencies"].values():
        for requirement in map(Requirement, lines):
            assert requirement.specifier.contains(version(requirement.name)), str(requirement)
