"""`modelyard audit`: the record of who did what."""

import click

from modelyard.cli._errors import EXIT_UNSOUND
from modelyard.cli._options import JSON
from modelyard.cli._screen import print_json, print_table

TENANT = click.option("--tenant", default="local", show_default=True, help="Whose record it is.")


@click.group("audit")
def audit() -> None:
    """Read and check the record of deeds."""


@audit.command("list")
@TENANT
@click.option("--actor", help="For example user:3f2a, key:9c1d or local.")
@click.option("--action", help="For example model.promote.")
@click.option("--target", help="For example iris@3.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Most deeds to show.",
)
@JSON
def list_deeds(*, tenant: str, wants_json: bool, **asked: str | int | None) -> None:
    """List who did what, the newest first."""
    from dataclasses import asdict

    from modelyard.bootstrap import open_project
    from modelyard.domain.audits import AuditQuery

    found = open_project().of(tenant).audit.page(AuditQuery(**asked)).items  # type: ignore[arg-type]  # click gives each option the type that it declares
    if wants_json:
        print_json([asdict(event) | {"sha256": event.sha256} for event in found])
        return
    rows = [
        (event.number, f"{event.at:%Y-%m-%d %H:%M:%S}", event.actor, event.action, event.target)
        for event in found
    ]
    print_table("Deeds", ("number", "at", "actor", "action", "target"), rows=rows)


@audit.command("verify")
@TENANT
@JSON
def verify(*, tenant: str, wants_json: bool) -> int:
    """Say whether the record of deeds is whole.

    The first deed that was deleted, altered or moved is named, with exit code 8. Keep the hash that
    is told elsewhere: whoever can write the database could make a whole record anew, with another
    hash.
    """
    from dataclasses import asdict

    from modelyard.bootstrap import open_project
    from modelyard.kit.numerals import counted

    check = open_project().of(tenant).audit.verify()
    is_sound = check.broken_at is None
    if wants_json:
        print_json({"is_sound": is_sound, **asdict(check)})
    elif is_sound:
        click.echo(f"The record is whole: {counted(check.n_events, 'deed')}, hash {check.head}.")
    else:
        click.echo(f"Deed {check.broken_at} of '{tenant}' does not hold. {check.reason}")
    return 0 if is_sound else EXIT_UNSOUND


COMMAND = audit
