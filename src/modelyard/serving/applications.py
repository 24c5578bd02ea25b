"""Puts a server together: models, door, pages, and what happens when it begins, renews and ends."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress

from modelyard.domain.errors import ModelyardError
from modelyard.serving.door import Application, Door
from modelyard.serving.logs import ServerLog
from modelyard.serving.meters import SHARE_S
from modelyard.serving.options import ServerOptions
from modelyard.serving.pages import pages_of
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
    door = Door(shelf, options, log=ServerLog(options.log_format))
    door.after_renewal = after_renewal
    tasks: set[asyncio.Task[None]] = set()

    def opened() -> None:
        share(door)
        for served in shelf.models.values():
            door.log.tell("model-ready", model=served.name, version=served.version)
        if hasattr(signal, "SIGHUP"):
            loop = asyncio.get_running_loop()
            # Only the main thread of a process hears signals; a test may run a server beside it.
            with suppress(RuntimeError, ValueError):
                loop.add_signal_handler(signal.SIGHUP, renew)

    def renew() -> None:
        task = asyncio.get_running_loop().create_task(_renew_in_peace(door))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def share(door: Door) -> None:
        door.meters.share()
        if options.metrics_folder is not None:
            asyncio.get_running_loop().call_later(SHARE_S, share, door)

    pages = pages_of(door, opened=opened, closed=door.close)
    door.pages = pages
    door.page_paths = frozenset(
        path for route in pages.routes if "{" not in (path := getattr(route, "path", ""))
    )
    if not options.cors:
        return door
    return _with_cors(door, options.cors)


async def _renew_in_peace(door: Door) -> None:
    # The door has logged what was refused, and its models answer as before.
    with suppress(ModelyardError):
        await door.renew()


def _with_cors(door: Door, origins: tuple[str, ...]) -> Application:
    from starlette.middleware.cors import CORSMiddleware

    return CORSMiddleware(
        door,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["*"],
        expose_headers=["x-request-id", "x-ignored-columns", "retry-after"],
    )
