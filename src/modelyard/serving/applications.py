"""Puts a server together: models, door, pages, and what happens when it begins, renews and ends."""

import asyncio
import secrets
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from modelyard.domain.errors import ModelyardError
from modelyard.serving.door import Application, Door
from modelyard.serving.keys import KeyRing
from modelyard.serving.logs import ServerLog
from modelyard.serving.meters import SHARE_S
from modelyard.serving.options import ServerOptions
from modelyard.serving.pages import pages_of
from modelyard.serving.prediction_log import PredictionLog
from modelyard.serving.shelf import Open, Shelf


def build(
    references: Sequence[str],
    open_: Open,
    *,
    options: ServerOptions,
    after_renewal: Callable[[], None] = lambda: None,
) -> Application:
    """Return the ASGI application, its models verified and warm.

    Args:
        references: of the models, see `Shelf`.
        open_: finds and verifies a package.
        options: of the server.
        after_renewal: called when an admin call has renewed the models of this worker.

    Raises:
        ModelyardError: if a model cannot be opened.
    """
    shelf = Shelf(references, open_)
    log = ServerLog(options.log_format)
    keys = None if options.keys is None else KeyRing(options.keys, options.tenant)
    door = Door(shelf, options, log=log, keys=keys, prediction_log=_prediction_log(options, log))
    door.after_renewal = after_renewal
    life = _Life(door)
    pages = pages_of(door, opened=life.begin, closed=door.close)
    door.pages = pages
    door.page_paths = frozenset(
        path for route in pages.routes if "{" not in (path := getattr(route, "path", ""))
    )
    return _with_cors(door, options.cors) if options.cors else door


def _prediction_log(options: ServerOptions, log: ServerLog) -> PredictionLog | None:
    if options.prediction_log is None:
        return None
    # No other worker has it, nor the one that takes this one's place after a crash.
    prefix = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}"
    return PredictionLog(options.prediction_log, prefix=prefix, tell=log.tell)


class _Life:
    """What happens in a server beside its requests."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._is_sharing = True
        # The loop holds tasks weakly: a renewal must not be collected on its way.
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Tell of the models, and hear SIGHUP."""
        self._share()
        for served in self._door.shelf.models.values():
            self._door.log.tell("model-ready", model=served.name, version=served.version)
        if hasattr(signal, "SIGHUP"):
            # Only the main thread of a process hears signals; a test may run a server beside it.
            with suppress(RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._renew)

    def _share(self) -> None:
        try:
            self._door.meters.share()
            self._is_sharing = True
        except OSError as error:
            # A full disk passes, and the counts are left the next time; it is told once.
            if self._is_sharing:
                self._door.log.tell("counts-not-shared", reason=str(error))
            self._is_sharing = False
        if self._door.options.metrics_folder is not None:
            asyncio.get_running_loop().call_later(SHARE_S, self._share)

    def _renew(self) -> None:
        task = asyncio.get_running_loop().create_task(self._renew_in_peace())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _renew_in_peace(self) -> None:
        # The door has logged what was refused, and its models answer as before.
        with suppress(ModelyardError):
            await self._door.renew()


def _with_cors(door: Door, origins: tuple[str, ...]) -> Application:
    from starlette.middleware.cors import CORSMiddleware

    return CORSMiddleware(
        door,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["*"],
        expose_headers=[
            "x-request-id",
            "x-ignored-columns",
            "x-prediction-id",
            "x-prediction-logged",
            "retry-after",
        ],
    )
