"""What the commands on models and on runs have in common: labels, and metrics that were kept."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import click

from modelyard.cli._options import JSON, pairs
from modelyard.cli._screen import print_json, print_table

if TYPE_CHECKING:
    from modelyard.bootstrap import Project


class _Records(Protocol):
    def get(self, reference: str, /) -> Any: ...

    def tag(self, reference: str, tags: Mapping[str, str], /) -> Any: ...

    def untag(self, reference: str, key: str, /) -> Any: ...


def add_tagging(
    group: click.Group,
    records: Callable[["Project"], _Records],
    *,
    noun: str,
    title: str,
    name_of: Callable[[Any], str],
) -> None:
    """Give a group the commands `tag` and `untag`.

    Args:
        group: of commands on one kind of record.
        records: the service of a project that keeps them.
        noun: of the argument that names the record.
        title: of the record, for the help.
        name_of: what a record is called.
    """

    @group.command("tag", help=f"Label {title}.")
    @click.argument("record", metavar=noun)
    @click.argument("tags", nargs=-1, required=True, metavar="KEY=VALUE...")
    @JSON
    def tag(record: str, tags: tuple[str, ...], *, wants_json: bool) -> None:
        from modelyard.bootstrap import open_project

        found = records(open_project()).tag(record, pairs(tags, "tag"))
        labels = ", ".join(f"{key}={value}" for key, value in found.tags.items())
        _show(found, f"{name_of(found)}: {labels}", wants_json=wants_json)

    @group.command("untag", help=f"Take labels off {title}.")
    @click.argument("record", metavar=noun)
    @click.argument("keys", nargs=-1, required=True, metavar="KEY...")
    @JSON
    def untag(record: str, keys: tuple[str, ...], *, wants_json: bool) -> None:
        from modelyard.bootstrap import open_project

        kept = records(open_project())
        for key in keys:
            kept.untag(record, key)
        found = kept.get(record)
        _show(found, f"{name_of(found)}: {len(found.tags)} labels left", wants_json=wants_json)


def print_kept_metrics(metrics: Mapping[str, Mapping[str, float]]) -> None:
    """Print the metrics of a record, rounded as far as their intervals bear it."""
    columns = ("value", "low", "high", "baseline")
    rows = [(key, *_rounded(values, columns)) for key, values in metrics.items()]
    print_table("Metrics", ("metric", *columns), rows=rows)


def _rounded(values: Mapping[str, float], columns: Sequence[str]) -> tuple[str, ...]:
    from modelyard.kit.numerals import decimals_for, number

    value, low, high = (_known(values.get(name)) for name in ("value", "low", "high"))
    digits = decimals_for(low, high, value=value)
    return tuple(number(values.get(name), digits) for name in columns)


def _known(value: float | None) -> float:
    return float("nan") if value is None else value


def _show(record: Any, words: str, *, wants_json: bool) -> None:
    from dataclasses import asdict

    if wants_json:
        print_json(asdict(record))
    else:
        click.echo(words)
