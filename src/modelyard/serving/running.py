"""Runs a server until it is told to end: alone, or as several workers on one port."""

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from uvicorn import Server
from uvicorn.supervisors.multiprocess import Multiprocess

from modelyard.domain.errors import InvalidValue, ModelyardError
from modelyard.serving.applications import build
from modelyard.serving.door import Application
from modelyard.serving.listeners import bound, listen, url_of
from modelyard.serving.logs import ServerLog
from modelyard.serving.options import ServerOptions
from modelyard.serving.protocol import Configuration, PatientProtocol
from modelyard.serving.shelf import Open, split_reference

# Kubernetes kills after 30 s by default: this leaves time to end in order.
_DRAIN_S = 25
# Longer than the idle time of load balancers (60 s at AWS), else they meet closed connections.
_KEEP_ALIVE_S = 75


def serve(
    references: Sequence[str],
    open_: Open,
    *,
    address: tuple[str, int],
    options: ServerOptions,
    ready: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT; what is on its way then is still answered.

    Args:
        references: of the models, see `Shelf`.
        open_: finds and verifies a package; with several workers it must be picklable.
        address: host and port; port 0 takes a free one.
        options: of the server.
        ready: told the address once it is bound and the models are open.

    Raises:
        InvalidValue: if the address cannot be had.
        ModelyardError: if a model cannot be opened.
    """
    with bound(address) as listener:
        if options.n_workers == 1:
            application = build(references, open_, options=options)
            listen(listener, address)
            ready(url_of(listener))
            Server(_configuration(application, options)).run(sockets=[listener])
            return
        # Each worker opens them again; what cannot be opened at all is told here.
        _require_openable(references, open_)
        listen(listener, address)
        with tempfile.TemporaryDirectory(prefix="modelyard-metrics-") as folder:
            counted = replace(options, metrics_folder=Path(folder))
            worker = Worker(tuple(references), open_, counted, os.getpid())
            configuration = _configuration(worker, counted, is_factory=True)
            ready(url_of(listener))
            workers = Workers(configuration, [listener])
            workers.run()
        if workers.has_given_up:
            _require_openable(references, open_)
            raise InvalidValue(
                "No worker could open the models; the log tells why.",
                fix="The models can be opened now: start the server again.",
            )


@dataclass(frozen=True)
class Worker:
    """Makes the application of one worker, within its process."""

    references: tuple[str, ...]
    open_: Open
    options: ServerOptions
    parent: int

    def __call__(self) -> Application:
        """Return the application.

        A model that cannot be opened any more ends this worker, and the others answer on.
        """
        _end_with(self.parent)
        try:
            return build(
                self.references,
                self.open_,
                options=self.options,
                after_renewal=lambda: os.kill(self.parent, signal.SIGHUP),
            )
        except ModelyardError as error:
            log = ServerLog(self.options.log_format)
            log.tell("worker-refused", **error.to_dict())
            log.drain()
            sys.exit(error.exit_code)


class Workers(Multiprocess):
    """Workers of uvicorn, of which a dead one is replaced; SIGHUP renews the models in each.

    Where none answers and as many as there are could not open the models, they end: the port must
    not stay open for clients whom nobody answers.
    """

    has_given_up = False
    _n_refused = 0

    def keep_subprocess_alive(self) -> None:
        """Replace the dead ones, unless there is nothing that their successors could serve."""
        self._n_refused += sum((each.exitcode or 0) > 0 for each in self.processes)
        if self._n_refused:
            living = [each for each in self.processes if each.exitcode is None]
            if any(each.is_ready(timeout=1) for each in living):
                self._n_refused = 0
            elif self._n_refused >= len(self.processes):
                self.has_given_up = True
                self.should_exit.set()
                return
        super().keep_subprocess_alive()

    def handle_hup(self) -> None:
        """Pass the signal on: no worker ends, so that no connection is cut."""
        for process in self.processes:
            if process.pid is not None and process.process.is_alive():
                os.kill(process.pid, signal.SIGHUP)


def _configuration(
    application: Any, options: ServerOptions, *, is_factory: bool = False
) -> Configuration:
    configuration = Configuration(
        application,
        factory=is_factory,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        # Warnings of uvicorn are of what the door tells in its own lines.
        log_level="error",
        server_header=False,
        workers=options.n_workers,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_DRAIN_S,
    )
    configuration.request_timeout_s = options.timeout_s
    return configuration


def _require_openable(references: Sequence[str], open_: Open) -> None:
    for reference in references:
        open_(split_reference(reference)[1])


def _end_with(parent: int) -> None:
    """Ask the system to end this process when its parent ends, even by SIGKILL; Linux alone."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    set_death_signal = 1
    ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
