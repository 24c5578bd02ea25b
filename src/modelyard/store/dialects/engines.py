"""What a kind of database offers to those who keep records in it."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from modelyard.store.reserves import Reserve

# Of the queue in which those wait who may change the tables themselves.
SCHEMA = "schema"


@dataclass(frozen=True)
class Engines:
    """The ways into one database.

    Attributes:
        reader: its transactions see one moment of the database, and never wait.
        writer: its transactions say when they begin that they will write.
        queue_up: lets a transaction of `writer`, as the first that it does, wait until those in the
            same queue before it have ended.
        location: the database, as the user knows it, without a password.
        reserve: room beside the database for those who delete; None where it is another's disk.
    """

    reader: sa.Engine
    writer: sa.Engine
    queue_up: Callable[[sa.Connection, str], None]
    location: str
    reserve: Reserve | None = None


def explain_by(engine: sa.Engine, explain: Callable[[BaseException], Exception | None]) -> None:
    """Let the errors of an engine's driver become those that the user should see.

    Args:
        engine: that the errors come from.
        explain: returns None for a mistake of ours, which stays as it is.
    """

    def raise_explained(context: sa.engine.ExceptionContext) -> None:
        # The pool asks whether a connection is still good, and makes another where it is not.
        if context.is_pre_ping:
            return
        explained = explain(context.original_exception)
        if explained is not None:
            raise explained from context.original_exception

    sa.event.listen(engine, "handle_error", raise_explained)
