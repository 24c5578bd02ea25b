"""Turns an error into words and an exit code; a stack trace goes to a file, never to the screen."""

import json
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from modelyard.domain.errors import BlockingFindings, ModelyardError, StoreError, UsageError
from modelyard.kit.signals import Terminated

EXIT_UNSOUND = 8
# `modelyard predict` answered the other rows.
EXIT_ROWS_FAILED = 9
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143


def show_error(error: ModelyardError, *, wants_json: bool) -> int:
    """Show an error that the user can mend."""
    fields = error.to_dict()
    if isinstance(error, BlockingFindings):
        fields["findings"] = [finding.to_dict() for finding in error.findings]
    if wants_json:
        _say_json(fields)
    elif isinstance(error, BlockingFindings) and error.findings:
        _say("Training stopped.")
        for finding in error.findings:
            _say(f"  {finding.name}: {finding.message} {finding.fix}".rstrip(), heading="")
        _say(error.fix or "", heading="")
    else:
        _say(error.message)
        if error.fix:
            _say(error.fix, heading="")
    return error.exit_code


def show_click_error(error: click.ClickException, *, wants_json: bool) -> int:
    """Show a wrong command or option."""
    if wants_json:
        fields = {"code": UsageError.code, "detail": error.format_message()}
        _say_json(fields)
    else:
        _say(error.format_message())
        if isinstance(error, click.UsageError) and error.ctx is not None:
            _say(f"See {error.ctx.command_path} --help.", heading="")
    return UsageError.exit_code


def show_interruption(error: BaseException, *, wants_json: bool) -> int:
    """Say that the user, or the system, stopped the command."""
    is_told = isinstance(error, Terminated)
    begun = "Told to end" if is_told else "Interrupted"
    # What was kept in spite of that, as a service knows it.
    kept = getattr(error, "__notes__", ())
    told = " ".join((f"{begun}. Nothing half-made was kept.", *kept))
    if wants_json:
        _say_json({"code": "interrupted", "detail": told})
    else:
        _say(told, heading="")
    return EXIT_TERMINATED if is_told else EXIT_INTERRUPTED


def show_refusal(error: OSError, *, wants_json: bool) -> int:
    """Show what the operating system refused, e.g. a full disk behind the output."""
    place = f"'{error.filename}'" if error.filename else "the output"
    refusal = StoreError(
        f"{place} cannot be used: {error.strerror or error}.",
        fix="Choose a place that exists, that you can write, and that has room.",
    )
    if wants_json:
        _say_json(refusal.to_dict())
    else:
        _say(str(refusal))
    return refusal.exit_code


def show_surprise(error: Exception, *, wants_json: bool) -> int:
    """Show an error that nobody foresaw: its place is a file, for whoever mends it."""
    path = _keep_trace(error)
    detail = f"Modelyard failed inside: {type(error).__name__}: {error}"
    fix = f"This is a fault of Modelyard. The details are in {path}."
    if wants_json:
        fields: dict[str, Any] = {"code": "internal", "detail": detail, "fix": fix}
        _say_json(fields)
    else:
        _say(detail)
        _say(fix, heading="")
    return ModelyardError.exit_code


def _keep_trace(error: Exception) -> Path:
    with tempfile.NamedTemporaryFile(
        "w", prefix="modelyard-error-", suffix=".log", delete=False, encoding="utf-8"
    ) as stream:
        stream.writelines(traceback.format_exception(error))
    return Path(stream.name)


def _say_json(fields: dict[str, Any]) -> None:
    # The output may be what failed: the exit code still tells.
    with suppress(OSError):
        click.echo(json.dumps({"error": fields}, ensure_ascii=False, indent=2))


def _say(text: str, heading: str = "Error: ") -> None:
    click.echo(f"{click.style(heading, fg='red', bold=True) if heading else ''}{text}", err=True)
