"""What the commands on models and on runs have in common: labels, and metrics that were kept."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, is_dataclass
from typing import Any, Protocol

import click

from modelyard.cli._doors import URL
from modelyard.cli._options import JSON, pairs
from modelyard.cli._screen import print_json, print_table


class _Records(Protocol):
    def get(self, reference: str, /) -> Any: ...

    def tag(self, reference: str, tags: Mapping[str, str], /) -> Any: ...

    def untag(self, reference: str, key: str, /) -> Any: ...


def add_tagging(
    group: click.Group,
    records_at: Callable[[str | None], AbstractContextManager[_Records]],
    *,
    noun: str,
    title: str,
    name_of: Callable[[Any], str],
) -> None:
    """Give a group the commands `tag` and `untag`.

    Args:
        group: of commands on one kind of record.
        records_at: yields what keeps them, here or on the platform that a URL names.
        noun: of the argument that names the record.
        title: of the record, for the help.
        name_of: what a record is called.
    """

    @group.command("tag", help=f"Label {title}.")
    @click.argument("record", metavar=noun)
    @click.argument("tags", nargs=-1, required=True, metavar="KEY=VALUE...")
    @URL
    @JSON
    def tag(record: str, tags: tuple[str, ...], *, url: str | None, wants_json: bool) -> None:
        with records_at(url) as kept:
            found = kept.tag(record, pairs(tags, "tag"))
        labels = ", ".join(f"{key}={value}" for key, value in found.tags.items())
        _show(found, f"{name_of(found)}: {labels}", wants_json=wants_json)

    @group.command("untag", help=f"Take labels off {title}.")
    @click.argument("record", metavar=noun)
    @click.argument("keys", nargs=-1, required=True, metavar="KEY...")
    @URL
    @JSON
    def untag(record: str, keys: tuple[str, ...], *, url: str | None, wants_json: bool) -> None:
        with records_at(url) as kept:
            for key in keys:
                kept.untag(record, key)
            found = kept.get(record)
        _show(found, f"{name_of(found)}: {len(found.tags)} labels left", wants_json=wants_json)


def fields_of(record: Any) -> dict[str, Any]:
    """Return the fields of a record, of this machine or of a platform."""
    if is_dataclass(record) and not isinstance(record, type):
        return asdict(record)
    fields: dict[str, Any] = record.model_dump()
    return fields


def plain_of(record: Any) -> Any:
    """Return a record for --json: of this machine, of a platform, or none."""
    if record is None:
        return None
    if is_dataclass(record) and not isinstance(record, type):
        return asdict(record)
    return record.model_dump(mode="json")


def print_kept_metrics(metrics: Mapping[str, Mapping[str, float | None]]) -> None:
    """Print the metrics of a record, rounded as far as their intervals bear it."""
    columns = ("value", "low", "high", "baseline")
    rows = [(key, *_rounded(values, columns)) for key, values in metrics.items()]
    print_table("Metrics", ("metric", *columns), rows=rows)


def _rounded(values: Mapping[str, float | None], columns: Sequence[str]) -> tuple[str, ...]:
    from modelyard.kit.numerals import decimals_for, ends, number

    value, low, high = (_known(values.get(name)) for name in ("value", "low", "high"))
    digits = decimals_for(low, high, value=value)
    told = dict(zip(("low", "high"), ends(low, high, decimals=digits), strict=True))
    return tuple(told.get(name) or number(values.get(name), digits) for name in columns)


def _known(value: float | None) -> float:
    return float("nan") if value is None else value


def _show(record: Any, words: str, *, wants_json: bool) -> None:
    if wants_json:
        print_json(plain_of(record))
    else:
        click.echo(words)
