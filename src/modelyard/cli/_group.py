"""Finds the commands by their files, and is the door at which every error becomes a message.

Exit codes: 0 done, 1 an error inside Modelyard, 2 findings stopped the training, 3 the data was
refused, 4 a wrong command, option or configuration, 5 not found, 6 a package was refused, 7 the
project folder cannot be used, 8 the doctor found something to mend, 9 some rows were not predicted,
130 interrupted, 143 told to end (SIGTERM).
"""

import importlib
import pkgutil
from collections.abc import Sequence
from typing import Any

import click

from modelyard import cli
from modelyard.cli._errors import (
    show_click_error,
    show_error,
    show_interruption,
    show_refusal,
    show_surprise,
)
from modelyard.domain.errors import ModelyardError
from modelyard.kit.installs import WHOLE_INSTALL, serves_alone
from modelyard.kit.matching import suggestion
from modelyard.kit.outputs import silence_unread_output
from modelyard.kit.signals import terminable
from modelyard.kit.version import VERSION

_EPILOG = (
    "Exit codes: 0 done, 1 internal error, 2 findings stopped the training, 3 data refused, "
    "4 wrong usage, 5 not found, 6 package refused, 7 project folder unusable, 8 to be mended "
    "(doctor), 9 some rows without a prediction, 130 interrupted, 143 told to end. "
)
_FIRST_STEPS = "First steps: modelyard setup-data, then modelyard train iris.csv --target species."
_FIRST_STEP_OF_SERVING = "First step: modelyard serve FOLDER, a package that modelyard has trained."


class CommandFiles(click.Group):
    """A group whose commands are the public modules of `modelyard.cli`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands, sorted."""
        modules = (info.name for info in pkgutil.iter_modules(cli.__path__))
        return sorted(name.replace("_", "-") for name in modules if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command's module and return what it offers."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"modelyard.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.COMMAND
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve the command, with the nearest right name where there is none."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            otherwise = WHOLE_INSTALL if serves_alone() else "See modelyard --help."
            hint = suggestion(args[0], known, otherwise=otherwise)
            raise click.UsageError(f"There is no command '{args[0]}'. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader of our output that went away ends it, with no fault of ours.

        An example is `modelyard runs list | head`. Whatever other pipe breaks is a fault: click
        would end in silence for both.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            if not silence_unread_output():
                raise RuntimeError(f"a process that works for this one is gone: {error}") from error
            return 0


GROUP = CommandFiles(
    name="modelyard",
    help="From a table to a measured, explained and signed model.",
    epilog=_EPILOG + (_FIRST_STEP_OF_SERVING if serves_alone() else _FIRST_STEPS),
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=lambda ctx, _, wanted: _show_version(ctx) if wanted else None,
            help="Show the version and exit.",
        )
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; no exception leaves this function."""
    with terminable():
        return _run(arguments, wants_json="--json" in arguments)


def _run(  # noqa: PLR0911 -- one return for each kind of end
    arguments: Sequence[str], *, wants_json: bool
) -> int:
    try:
        code: Any = GROUP.main(list(arguments), prog_name="modelyard", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        return show_click_error(error, wants_json=wants_json)
    except ModelyardError as error:
        return show_error(error, wants_json=wants_json)
    except (KeyboardInterrupt, click.Abort) as error:
        # click turns an interruption into an Abort of its own.
        return show_interruption(error.__cause__ or error, wants_json=wants_json)
    except OSError as error:
        return show_refusal(error, wants_json=wants_json)
    except Exception as error:  # noqa: BLE001 -- the door: whatever was not foreseen becomes a message
        return show_surprise(error, wants_json=wants_json)
    return code if isinstance(code, int) else 0


def _show_version(ctx: click.Context) -> None:
    click.echo(f"modelyard {VERSION}")
    ctx.exit()
