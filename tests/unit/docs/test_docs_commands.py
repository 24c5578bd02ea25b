"""Every command that a page shows is run, in order, in an empty folder; what it prints is compared.

A page is a session: its `console` blocks and its `pycon` blocks share one folder and one memory.
Shown output must occur in the real one, where figures may differ and lines may be left out. A
command ends with 0 unless `echo $?` behind it shows another code. `cat FILE` shows a file that the
page makes up; it is written as it is shown, unless it is there.
"""

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from modelyard.cli._group import run
from modelyard.services.samples import write_samples

ROOT = Path(__file__).resolve().parents[3]
PAGES = (
    "README.md",
    "docs/algorithms.md",
    "docs/automl.md",
    "docs/checks.md",
    "docs/configuration.md",
    "docs/data.md",
    "docs/evaluation.md",
    "docs/explanations.md",
    "docs/packages.md",
    "docs/preparation.md",
    "docs/python.md",
    "docs/quickstart.md",
    "docs/registry.md",
    "docs/troubleshooting.md",
    "docs/tuning.md",
)
# They show what an optional library adds.
PAGES_OF_EXTRAS = ("docs/exports.md",)
# Each fit of AutoML is a process.
MARKS = {"docs/automl.md": pytest.mark.processes}
BLOCK = re.compile(r"^```(console|pycon)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# They build environments or reach for the network; other tests see to them.
NOT_RUN = ("make", "git", "pip", "python3", ".venv/bin/pip", "source")
# What names a thing and is another one in each run: a hash, the id of a run.
NAME = re.compile(r"[0-9a-f]{64}|\d{8}-\d{6}-\d{6}-[0-9a-f]{8}")
FIGURE = re.compile(r"\d[\d.,:e+-]*")
SETTING = re.compile(r"([A-Z_]+)=(.*)")


@dataclass(frozen=True)
class Command:
    """One command as a page shows it, with the lines below it."""

    line: str
    shown: tuple[str, ...]


def _commands(block: str) -> Iterator[Command]:
    joined = block.replace("\\\n", " ")
    for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
        line, *shown = part.splitlines()
        yield Command(line.strip(), tuple(shown))


def _shape(line: str) -> str:
    """Return a line without what differs from run to run: names, figures, the width of columns."""
    return " ".join(FIGURE.sub("#", NAME.sub("@", line)).split())


@dataclass
class Session:
    """One reader at one keyboard: what was typed so far, and what came of it.

    Attributes:
        names: names that the page shows, to those that this run gave instead.
        memory: of the Python blocks.
    """

    names: dict[str, str] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    code: int = 0
    line: str = ""

    def type(self, command: Command) -> None:
        """Run one command as the page shows it, and compare what it shows."""
        line = NAME.sub(lambda name: self.names.get(name.group(), name.group()), command.line)
        words = shlex.split(line, comments=True)
        if words[:2] == ["echo", "$?"]:
            assert int(command.shown[0]) == self.code, f"{self.line}: ended with {self.code}"
            self.code = 0
            return
        self.finish()
        if not words or words[0] in NOT_RUN:
            return
        self.line = line
        if words[0] == "cat" and not Path(words[1]).exists():
            Path(words[1]).write_text("\n".join(command.shown) + "\n", encoding="utf-8")
        self._compare(command, self._output(words))

    def finish(self) -> None:
        """Hold the last command to its end with 0, where the page says nothing else."""
        assert self.code == 0, f"{self.line}: ended with {self.code}"

    def ask(self, block: str, place: str) -> None:
        """Run one Python block and compare its answers."""
        test = doctest.DocTestParser().get_doctest(block, self.memory, place, None, None)
        told = io.StringIO()
        options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        doctest.DocTestRunner(optionflags=options).run(test, out=told.write, clear_globs=False)
        self.memory = test.globs
        assert told.getvalue() == ""

    def _output(self, words: list[str]) -> str:
        settings: dict[str, str] = {}
        while match := SETTING.fullmatch(words[0]):
            settings[match.group(1)] = match.group(2)
            words = words[1:]
        if words[0] != "modelyard":
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            self.code = done.returncode
            return done.stdout + done.stderr
        told = io.StringIO()
        with (
            _environment(settings),
            contextlib.redirect_stdout(told),
            contextlib.redirect_stderr(told),
        ):
            self.code = run(words[1:])
        return told.getvalue()

    def _compare(self, command: Command, output: str) -> None:
        real = output.splitlines()
        for line in command.shown:
            if not line.strip() or line.strip() == "…":
                continue
            alike = [each for each in real if _shape(each) == _shape(line)]
            assert alike, f"$ {self.line}\nshown: {line}\nreal:\n{output}"
            real.remove(alike[0])
            for shown, given in zip(NAME.findall(line), NAME.findall(alike[0]), strict=True):
                self.names.setdefault(shown, given)


@contextlib.contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        yield


@pytest.mark.parametrize(
    "page",
    [
        *(pytest.param(page, marks=MARKS.get(page, ())) for page in PAGES),
        *(pytest.param(page, marks=pytest.mark.extras) for page in PAGES_OF_EXTRAS),
    ],
)
def test_what_a_page_shows_is_what_happens(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MODELYARD_HOME")
    if "$ modelyard setup-data" not in text:
        write_samples(Path())
    session = Session()
    for language, block in BLOCK.findall(text):
        if language == "pycon":
            session.ask(block, page)
            continue
        for command in _commands(block):
            session.type(command)
    session.finish()


def test_every_page_that_shows_commands_is_run() -> None:
    others = {"CONTRIBUTING.md", "docs/install.md", "docs/benchmarks.md"}
    pages = {"README.md", "CONTRIBUTING.md"}
    pages |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    shown = {page for page in pages if (ROOT / page).exists() and _shows_commands(ROOT / page)}
    assert shown - others == {*PAGES, *PAGES_OF_EXTRAS}


def test_a_command_that_ends_otherwise_than_the_page_says_is_found() -> None:
    session = Session()
    session.type(Command("modelyard nonsense", ()))
    with pytest.raises(AssertionError, match="ended with 4"):
        session.type(Command("modelyard --version", ()))


def test_a_line_that_a_command_does_not_print_is_found() -> None:
    with pytest.raises(AssertionError, match="shown: Modelyard of the future"):
        Session().type(Command("modelyard --version", ("Modelyard of the future",)))


def test_a_wrong_answer_in_a_python_block_is_found() -> None:
    with pytest.raises(AssertionError, match="Expected"):
        Session().ask(">>> 1 + 1\n3\n", "page")


def _shows_commands(page: Path) -> bool:
    return bool(BLOCK.search(page.read_text(encoding="utf-8")))


def test_settings_of_one_command_do_not_outlive_it() -> None:
    before = dict(os.environ)
    Session().type(Command("MODELYARD_THREADS=1 modelyard --version", ()))
    assert dict(os.environ) == before
