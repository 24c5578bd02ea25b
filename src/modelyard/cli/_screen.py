"""What commands print: tables and progress for people, JSON for machines."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import click

from modelyard.domain.errors import UsageError
from modelyard.protocols.progress import Progress, Silence

if TYPE_CHECKING:
    from rich.console import Console

# A table that goes into a file or a pipe is as wide as it needs to be, up to this.
_WIDEST = 1000


def console(*, to_stderr: bool = False) -> "Console":
    """Return a console of rich; markup in data is never interpreted."""
    from rich.console import Console

    return Console(stderr=to_stderr, markup=False, highlight=False, emoji=False)


def confirm(question: str, *, wants_json: bool) -> None:
    """Ask before something is lost; a machine must say --yes beforehand.

    Raises:
        UsageError: under --json, and where nobody is there to answer.
    """
    if wants_json:
        raise UsageError("This cannot be undone.", fix="Add --yes to do it without a question.")
    try:
        click.confirm(question, abort=True, err=True)
    except click.Abort as error:
        if isinstance(error.__context__, EOFError):
            raise UsageError(
                "Nobody is there to answer, so that nothing was done.",
                fix="Add --yes to do it without a question.",
            ) from error
        raise


def print_json(value: Any) -> None:
    """Print one JSON document on standard output; what is not finite is null."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    plain = json.loads(text, parse_constant=lambda _: None)
    click.echo(json.dumps(plain, ensure_ascii=False, indent=2))


def print_table(title: str, headings: Sequence[str], *, rows: Sequence[Sequence[object]]) -> None:
    """Print a table; whatever looks like a number stands to the right."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title, style="bold"), title_justify="left", box=None, pad_edge=False)
    for at, heading in enumerate(headings):
        is_number = bool(rows) and all(isinstance(row[at], int | float) for row in rows)
        side: Literal["left", "right"] = "right" if is_number else "left"
        # What is cut off cannot be copied: a cell is folded, and a name is kept in one piece.
        table.add_column(Text(heading, style="dim"), justify=side, overflow="fold", no_wrap=at == 0)
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    screen = console()
    if not screen.is_terminal:
        unlimited = screen.options.update(max_width=_WIDEST)
        screen.width = max(screen.width, screen.measure(table, options=unlimited).maximum)
    screen.print(table)


def print_facts(title: str, facts: Mapping[str, object]) -> None:
    """Print what is known of one thing, a line each; what is empty or not known is left out."""
    told = {name: in_words(value) for name, value in facts.items()}
    rows = [(name, words) for name, words in told.items() if words]
    print_table(title, ("fact", "value"), rows=rows)


def in_words(value: object) -> str:
    """Return a value as people write it; nothing for one that is empty or not known.

    >>> in_words(["champion", "eu"]), in_words({"stage": "live"}), in_words(None)
    ('champion, eu', 'stage=live', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={in_words(each)}" for key, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(in_words, value))
    return str(value)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@contextmanager
def progress(*, is_shown: bool) -> Iterator[Progress]:
    """Show progress on standard error: a bar with the time left on a terminal, else a line a stage.

    Args:
        is_shown: false under --json.
    """
    if not is_shown:
        yield Silence()
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield bars
    else:
        yield _Lines()


class _Lines:
    """One line a stage, for logs and pipes."""

    def stage(self, title: str) -> None:
        click.echo(f"{title} …", err=True)

    def advance(self, done: int, total: int) -> None:
        """Pass over the units: a log has no use for them."""

    def say(self, words: str) -> None:
        click.echo(f"  {words}", err=True)


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.progress import (
        BarColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=console(to_stderr=True), transient=True) as bars:
        yield _Bars(bars)


class _Bars:
    """A bar a stage; a finished stage stays as a line."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._task: Any = None
        self._title = ""

    def stage(self, title: str) -> None:
        if self._task is not None:
            self._bars.update(self._task, total=1, completed=1)
        self._task = self._bars.add_task(title, total=None)
        self._title = title

    def advance(self, done: int, total: int) -> None:
        if self._task is None:
            self.stage("Begun")
        self._bars.update(self._task, completed=done, total=total)

    def say(self, words: str) -> None:
        # The log of a job may come before the stage that it stands in.
        if self._task is None:
            self.stage("Begun")
        self._bars.update(self._task, description=f"{self._title}: {words}")
