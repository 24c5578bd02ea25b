"""`modelyard profile`: what a table holds, how it was read, and what to worry about."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelyard.cli._options import (
    DATA,
    JSON,
    KIND,
    LOCATION,
    MISSING,
    NO_CACHE,
    QUERY,
    SEQUENCES,
    answering,
    dialect,
    pairs,
)
from modelyard.cli._screen import print_json, print_table

if TYPE_CHECKING:
    from modelyard.domain.profiles import ColumnProfile, TableProfile


@click.command("profile")
@click.argument("data", type=LOCATION)
@click.option("--target", help="Column to predict: finds the task and looks for leakage.")
@click.option("--out", type=DATA, help="File for the whole profile as one HTML page.")
@MISSING
@KIND
@SEQUENCES
@QUERY
@dialect
@NO_CACHE
@JSON
def profile(
    data: Path | str,
    *,
    target: str | None,
    out: Path | None,
    query: str | None,
    missing: tuple[str, ...],
    kinds: tuple[str, ...],
    no_cache: bool,
    wants_json: bool,
    **given: Any,
) -> None:
    """Describe the table in DATA column by column.

    Then it tells what the checks find. --out writes more as a page that opens offline: pictures of
    the columns, what goes together, and what is missing together; --json holds the same as figures.
    """
    from modelyard.bootstrap import open_project
    from modelyard.cli._words import print_facts, print_findings, read_options
    from modelyard.services.datasets import plain_examination, write_profile
    from modelyard.store.files import require_another

    require_another(out, data)
    options = read_options(missing, pairs(kinds, "--kind"), dialect=given)
    datasets = open_project(keeps_tables=not no_cache).datasets
    examination = datasets.examine(answering(data, query), options, target=target)
    if out is not None:
        write_profile(examination, datasets.relate(examination), path=out, target=target)
    if wants_json:
        print_json(plain_examination(examination, datasets.relate(examination)))
        return
    print_facts(examination.table.facts)
    _print_columns(examination.profile)
    if examination.task is not None:
        reason = f" ({examination.task_reason})" if examination.task_reason else ""
        click.echo(f"Task: {examination.task}{reason}")
    print_findings(examination.findings)
    if out is not None:
        click.echo(f"Page:  {out}")


def _print_columns(profile: "TableProfile") -> None:
    from modelyard.kit.numerals import counted

    rows = [
        (
            column.name,
            column.kind.value,
            column.n_missing,
            column.n_unique,
            *(_cell(column, value) for value in (column.minimum, column.mean, column.maximum)),
            ", ".join(f"{value} ({count})" for value, count in column.top_values[:3]),
        )
        for column in profile.columns
    ]
    headings = ("column", "kind", "missing", "distinct", "min", "mean", "max", "most frequent")
    title = f"{counted(profile.n_rows, 'row')}, {counted(len(rows), 'column')}"
    print_table(title, headings, rows=rows)


def _cell(column: "ColumnProfile", value: float | None) -> str | float | None:
    """Return a moment as its date, a number as it is."""
    from datetime import UTC, datetime, timedelta

    from modelyard.domain.columns import ColumnKind

    if value is None or column.kind is not ColumnKind.DATETIME:
        return value
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
    return f"{moment:%Y-%m-%d}"


COMMAND = profile
