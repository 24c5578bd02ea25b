"""The process of a deployment: `python -m modelyard.worker.serving FOLDER`, started by a watcher.

It serves what the plan in its folder says, until its standard input ends: that is held open by its
watcher, so that no process is left when that is gone.
"""

import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import msgspec

from modelyard.domain.errors import ModelyardError, UntrustedPackage
from modelyard.runtime.packages import open_package
from modelyard.serving.options import ServerOptions
from modelyard.serving.running import serve
from modelyard.serving.shelf import Found
from modelyard.worker.plans import Address, ServingPlan, read_plan, write_address

_INPUT = 0
_READ_BYTES = 4096


@dataclass(frozen=True)
class PlannedPackage:
    """Opens the package that a plan names, as it is when it is asked."""

    def __call__(self, folder: str) -> Found:
        """Verify the package.

        Raises:
            UntrustedPackage: if it is not the one that was registered, or nobody trusted signed it.
        """
        plan = read_plan(Path(folder))
        package = open_package(Path(plan.package), set(plan.trusted))
        if package.manifest_sha256 != plan.sha256:
            raise UntrustedPackage(
                f"The package of '{plan.reference}' is not the one that was registered.",
                fix="Restore the project folder from a backup, or train again.",
            )
        return Found(package, plan.reference)


def main(folder: Path) -> int:
    """Serve until the standard input ends; return the exit code."""
    Thread(target=_end_with_input, daemon=True).start()
    try:
        plan = read_plan(folder)
        serve(
            [f"{plan.name}={folder}"],
            PlannedPackage(),
            address=(plan.host, plan.port if _is_free(plan) else 0),
            options=_options(plan),
            ready=lambda url: write_address(folder, Address(url, os.getpid())),
        )
    except ModelyardError as error:
        sys.stderr.write(msgspec.json.encode(error.to_dict()).decode() + "\n")
        return error.exit_code
    return 0


def _is_free(plan: ServingPlan) -> bool:
    """Return whether nobody else has taken the port meanwhile; else any other will do."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((plan.host, plan.port))
        except OSError:
            return False
    return True


def _options(plan: ServingPlan) -> ServerOptions:
    return ServerOptions(
        # The prediction log says who asked what; a second log of that would only cost.
        logs_requests=False,
        keys=None if plan.keys is None else Path(plan.keys),
        tenant=plan.tenant,
        prediction_log=Path(plan.log),
    )


def _end_with_input() -> None:
    # Not by `sys.stdin`: a thread that waits there lets Python abort when a refused package ends
    # the process, and the words of the refusal are lost in those of the abort.
    while os.read(_INPUT, _READ_BYTES):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
