"""Options that several commands share, spelled once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from modelyard.domain.errors import InvalidValue, UsageError
from modelyard.kit.addresses import scheme_of, with_query

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

JSON: Decorator = click.option(
    "--json", "wants_json", is_flag=True, help="Print one JSON document, for machines."
)
TRUST: Decorator = click.option(
    "--trust",
    multiple=True,
    metavar="FINGERPRINT",
    help="Trust this key as well as your own. May be repeated.",
)
MISSING: Decorator = click.option(
    "--missing",
    multiple=True,
    metavar="TEXT",
    help="A cell that means missing; replaces the default list. May be repeated.",
)
KIND: Decorator = click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="COLUMN=KIND",
    help="Read a column as this kind: numeric, integer, boolean, category, datetime, text, "
    "identifier, image, sequence. May be repeated.",
)
SEQUENCES: Decorator = click.option(
    "--sequences",
    metavar="JSON",
    help="Items in columns or rows that become sequences, e.g. "
    """'{"wide": {"vibration": "t_*"}}'.""",
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
CERTIFICATE: Decorator = click.option(
    "--certificate", type=_FILE, help="To speak TLS with, in PEM form, with its chain."
)
CERTIFICATE_KEY: Decorator = click.option(
    "--certificate-key", type=_FILE, help="Of the certificate, in PEM form."
)
NO_CACHE: Decorator = click.option(
    "--no-cache", is_flag=True, help="Parse the file, and keep no copy of what was read."
)
_DIALECT = (
    click.option("--encoding", help="Of the file, e.g. utf-8 or cp1250; by default found."),
    click.option("--delimiter", help="Of the file, one character; by default found."),
    click.option("--decimal", metavar="MARK", help="'.' or ','; by default found."),
    click.option(
        "--header/--no-header",
        default=None,
        help="Whether the first line names the columns, as it is taken to; --no-header calls them "
        "column_1 and so on.",
    ),
)
DATA = click.Path(path_type=Path)
QUERY: Decorator = click.option(
    "--query",
    metavar="SELECT",
    help="Of the database that DATA names, e.g. sqlite:///shop.db, what to read.",
)


def LOCATION(text: str) -> Path | str:  # noqa: N802 - the type of an argument, as DATA is
    """Read a path, or an address such as sqlite:///shop.db?table=orders."""
    return Path(text) if scheme_of(text) is None else text


def dialect(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a text file is written."""
    for option in reversed(_DIALECT):
        command = option(command)
    return command


def answering(data: Path | str, query: str | None) -> Path | str:
    """Return the address of what a query answers; without a query, the data as it was named.

    Raises:
        UsageError: if a query is asked of a file.
    """
    if query is None:
        return data
    if not isinstance(data, str):
        raise UsageError(
            f"--query asks a database; '{data}' is a file.",
            fix="Name a database, e.g. sqlite:///shop.db.",
        )
    return with_query(data, query)


def pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    """Return `key=value` options as a mapping.

    Raises:
        InvalidValue: if one has no `=`.
    """
    read = {}
    for text in given:
        key, found, value = text.rpartition("=") if option == "--kind" else text.partition("=")
        if not found or not key:
            raise InvalidValue(
                f"{option} takes key=value; '{text}' came.",
                fix=f"For example: {option} {'zip=category' if option == '--kind' else 'seed=1'}.",
                sample=text,
            )
        read[key] = value
    return read


def check_pair(certificate: Path | None, key: Path | None) -> None:
    """Refuse a certificate without its key, and a key alone.

    Raises:
        UsageError: if one of them came.
    """
    if (certificate is None) != (key is None):
        raise UsageError(
            "A certificate and its key belong together; one of them came.",
            fix="Give both --certificate and --certificate-key.",
        )


# Fields of a training to the options that give them.
SPELLED: Mapping[str, str] = MappingProxyType(
    {
        "n_trials": "--trials",
        "time_limit_s": "--time-limit",
        "n_folds": "--search-folds",
        "n_repeats": "--search-repeats",
        "n_points": "--grid-points",
        "space": "--space",
        "memory_limit_mb": "--memory-limit",
        "serve": "--serve",
        "algorithms": "--only",
        "refits_full": "--refit-full",
        "is_deterministic": "--deterministic",
    }
)
