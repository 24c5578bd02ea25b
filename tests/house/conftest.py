"""The files that the house tests look at, each read and parsed once."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """One Python file; `name` is its path below the root of the repository."""

    name: str
    text: str
    tree: ast.Module

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, however deep."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def _read(folder: str) -> tuple[Source, ...]:
    sources = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        sources.append(Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text)))
    return tuple(sources)


@pytest.fixture(scope="session")
def root() -> Path:
    """Root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def product() -> tuple[Source, ...]:
    """Every file of the product."""
    return _read("src/modelyard")


@pytest.fixture(scope="session")
def everything(product: tuple[Source, ...]) -> tuple[Source, ...]:
    """Every Python file of the repository."""
    return (*product, *_read("tests"), *_read("benchmarks"), *_read("examples"))


@pytest.fixture(scope="session")
def committable(root: Path) -> tuple[Path, ...]:
    """Every file that is or may be committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (root / name for name in listing.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@pytest.fixture(scope="session")
def pyproject(root: Path) -> dict[str, Any]:
    """The project's one configuration file."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
