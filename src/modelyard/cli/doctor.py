"""`modelyard doctor`: whether this installation can do its work."""

import click

from modelyard.cli._errors import EXIT_UNSOUND
from modelyard.cli._options import JSON
from modelyard.cli._screen import print_json, print_table


@click.command("doctor")
@JSON
def doctor(*, wants_json: bool) -> int:
    """Check the installation, and say what to mend.

    It looks at Python, libraries, project folder, signing key and database. Where something has to
    be mended it ends with exit code 8.
    """
    from dataclasses import asdict

    from modelyard.bootstrap import open_project

    checks = open_project().health.examine()
    is_sound = all(check.is_sound for check in checks)
    if wants_json:
        print_json({"is_sound": is_sound, "checks": [asdict(check) for check in checks]})
    else:
        rows = [
            ("ok" if check.is_sound else "FAIL", check.name, check.detail, check.fix)
            for check in checks
        ]
        print_table("Installation", ("", "check", "found", "fix"), rows=rows)
    return 0 if is_sound else EXIT_UNSOUND


COMMAND = doctor
