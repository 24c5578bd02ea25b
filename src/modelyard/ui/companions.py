"""The page beside the API, in a process of its own: `python -m modelyard.ui.companions WISH`.

It ends with the process that started it, however that ends, and is started again where it ends by
itself. The socket that browsers come to is the starting process's, so that none of them is refused
meanwhile.
"""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace

import structlog

from modelyard.domain.errors import ModelyardError
from modelyard.kit.companions import PAUSE_S, Companion
from modelyard.kit.families import die_with_parent
from modelyard.kit.signals import terminable
from modelyard.settings import configure_logs, read_settings
from modelyard.ui.keeping import LOGINS
from modelyard.ui.running import PageWish, run_page


@contextmanager
def page_beside(wish: PageWish, listener: socket.socket) -> Iterator[None]:
    """Keep a page running during the block; at its end it is asked to end.

    Args:
        wish: what it is to be; the listener and the parent are added.
        listener: that browsers come to, listening.
    """
    whole = replace(wish, listener=listener.fileno(), parent=os.getpid())
    page = Companion(
        "modelyard.ui.companions",
        json.dumps(asdict(whole)),
        ended=_note,
        files=[listener.fileno()],
    )
    try:
        yield
    finally:
        page.ask_to_end()


def _note(exit_code: int) -> None:
    structlog.get_logger().error("page ended", exit_code=exit_code, again_in_s=PAUSE_S)


def main(wish: PageWish) -> int:
    """Show the page until told to end; return the exit code."""
    die_with_parent()
    if os.getppid() != wish.parent:
        return 1  # It ended before the kernel knew of our wish.
    try:
        settings = read_settings()
        configure_logs(settings)
        with (
            suppress(KeyboardInterrupt),
            terminable(),
            socket.socket(fileno=wish.listener) as listener,
        ):
            logins = settings.keys / LOGINS
            run_page(wish, settings.perimeter, logins=logins, listener=listener, ready=lambda: None)
    except ModelyardError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(PageWish(**json.loads(sys.argv[1]))))
