"""The process that does one job, `python -m modelyard.worker.child PIPE PARENT`, for a worker.

It ends with its worker, keeps to the limits that the kernel enforces, and says why it fails. What
it publishes, it publishes itself, in a transaction that checks that the job is still its own.
"""

import faulthandler
import importlib
import os
import pkgutil
import resource
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from modelyard.bootstrap import Project, open_project
from modelyard.domain.errors import ModelyardError, UsageError
from modelyard.domain.jobs import JobKind, Limits, Problem
from modelyard.domain.reasons_elsewhere import reason_elsewhere
from modelyard.kit.families import die_with_parent, go_before_others
from modelyard.kit.signals import terminable
from modelyard.settings import read_settings
from modelyard.worker import kinds
from modelyard.worker.assignments import Assignment, Report

# The worker looks at the memory twice a second; what is allocated faster meets this much above the
# limit, which the kernel holds. Stacks and other addresses that were only reserved count here too.
_HEADROOM_BYTES = 2 << 30
# Seconds of processor time above the limit at which the kernel ends what the worker did not.
_CPU_SLACK_S = 10


class Kind(Protocol):
    """What a module of `worker.kinds` offers."""

    KIND: JobKind

    def perform(
        self, project: Project, assignment: Assignment, *, report: Report
    ) -> Mapping[str, Any] | None:
        """Do the job in the tenant's project.

        Returns:
            The job's result; None where it was published with the job's end, in one transaction.
        """
        ...


def kind_of(kind: JobKind) -> Kind:
    """Return the module that does jobs of a kind.

    Raises:
        UsageError: if this version has none.
    """
    for found in pkgutil.iter_modules(kinds.__path__):
        module: Any = importlib.import_module(f"{kinds.__name__}.{found.name}")
        if module.KIND is kind:
            known: Kind = module
            return known
    raise UsageError(
        f"This version does no jobs of the kind '{kind}'.", fix="Update the worker.", sample=kind
    )


def main(pipe: int, parent: int) -> int:
    """Do the job that comes through the standard input; return the exit code."""
    die_with_parent()
    if os.getppid() != parent:
        return 1  # The worker ended before the kernel knew of our wish.
    go_before_others()
    faulthandler.enable()
    # What stops a search early is for a person at a keyboard.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.set_inheritable(pipe, False)  # noqa: FBT003 - it takes no name
    report = Report(lambda message: os.write(pipe, message))
    with terminable():
        return _end_of(Assignment.from_json(sys.stdin.buffer.read()), report)


def _end_of(assignment: Assignment, report: Report) -> int:
    _keep_to(assignment.limits)
    try:
        _do(assignment, report)
    except MemoryError as error:
        # What its frames hold is needed to say so.
        report.failed(Problem.MEMORY, str(error.with_traceback(None)))
    except ModelyardError as error:
        report.failed(error.code, reason_elsewhere(error))
    except KeyboardInterrupt:
        return 128 + signal.SIGTERM
    except Exception as error:  # noqa: BLE001 -- a door: the worker and the job's log are told
        sys.excepthook(type(error), error, error.__traceback__)
        report.failed(Problem.SURPRISE, f"{type(error).__name__}: {reason_elsewhere(error)}")
    else:
        return 0
    return 1


def _do(assignment: Assignment, report: Report) -> None:
    # What it, and whoever it starts, keeps for a moment goes with the attempt.
    os.environ["TMPDIR"] = str(assignment.temporary)
    settings = replace(read_settings(), log_level="info")
    if assignment.limits.n_threads is not None:
        settings = replace(settings, threads=assignment.limits.n_threads)
    project = open_project(settings).of(assignment.fence.tenant)
    result = kind_of(assignment.kind).perform(project, assignment, report=report)
    if result is not None:
        project.jobs.finish(assignment.fence, result=result)


def _keep_to(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limits.memory_bytes is not None:
        most = limits.memory_bytes + _HEADROOM_BYTES
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    if limits.cpu_s is not None:
        most = int(limits.cpu_s) + _CPU_SLACK_S
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
