"""The command line as a person uses it: one call, its exit code, and what it printed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modelyard.cli._group import run


@dataclass(frozen=True)
class Ending:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out, parse_constant=_refuse_constant)

    @property
    def error(self) -> dict[str, Any]:
        """The error that a command with --json printed."""
        fields: dict[str, Any] = self.document["error"]
        return fields


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


Cli = Callable[..., Ending]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Return a function that runs one command in this process; it never shows a stack trace."""
    # What a command writes by default falls into a folder of the test's own.
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Ending:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Ending(code, printed.out, printed.err)

    return call


@pytest.fixture
def done(cli: Cli) -> Callable[..., Any]:
    """Return a function that runs one command with --json, which must succeed."""

    def call(*arguments: object) -> Any:
        ending = cli(*arguments, "--json")
        assert ending.code == 0, ending.out + ending.err
        return ending.document

    return call


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Return a function that writes a file and returns its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
