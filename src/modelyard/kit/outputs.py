"""Standard output when nobody reads it any more."""

import os
import select
import sys


def silence_unread_output() -> bool:
    """Return whether the reader of standard output went away; what is left to write is dropped.

    Source: Python's library reference, "Note on SIGPIPE" of the module `signal`, for the dropping;
    poll(2) for what tells that the reading end of a pipe is closed.
    """
    try:
        handle = sys.stdout.fileno()
    except (OSError, ValueError):
        return False
    poll = select.poll()
    poll.register(handle, 0)
    is_unread = any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
    if is_unread:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, handle)
        os.close(nowhere)
    return is_unread
