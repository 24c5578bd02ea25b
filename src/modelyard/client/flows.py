"""Flows that most operations are: one request, and its answer read as what it is to be."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from modelyard.client.requests import Request
from modelyard.client.steps import Feed, Flow, Reply, Send, Tell
from modelyard.domain.errors import WrongProtocol

Read = TypeVar("Read", bound=BaseModel)
Item_co = TypeVar("Item_co", covariant=True)
_PLAIN: TypeAdapter[Any] = TypeAdapter(Any)


class PageOf(Protocol[Item_co]):
    """One part of a list, as the platform answers it."""

    @property
    def items(self) -> Sequence[Item_co]: ...

    @property
    def next_cursor(self) -> str | None: ...


def answer(request: Request, kind: type[Read]) -> Flow[Read]:
    """Ask, and read the answer."""
    reply = yield Send(request)
    return read_as(kind, reply)


def plain(request: Request) -> Flow[Any]:
    """Ask, and return the answer as plain JSON values."""
    reply = yield Send(request)
    return _PLAIN.validate_json(reply.content)


def content(request: Request) -> Flow[bytes]:
    """Ask, and return the answer as it is."""
    reply = yield Send(request)
    return reply.content


def text(request: Request) -> Flow[str]:
    """Ask, and return the answer as text."""
    return (yield from content(request)).decode()


def done(request: Request) -> Flow[None]:
    """Ask for something that is answered by nothing."""
    yield Send(request)


def each_of(page_of: Callable[[str | None], Flow[PageOf[Item_co]]]) -> Feed[Item_co]:
    """Tell every item of a list, page by page.

    Args:
        page_of: returns the flow of the page that a cursor stands for, None for the first.
    """
    cursor: str | None = None
    while True:
        page = yield from page_of(cursor)
        for item in page.items:
            yield Tell(item)
        cursor = page.next_cursor
        if cursor is None:
            return


def read_as(kind: type[Read], reply: Reply) -> Read:
    """Return what an answer tells.

    Raises:
        WrongProtocol: if it is of another form than this client knows.
    """
    try:
        return kind.model_validate_json(reply.content)
    except ValidationError as error:
        raise WrongProtocol(
            f"The platform's answer is no {kind.__name__}: {error.errors()[0]['msg']}.",
            fix="Use a client of the platform's own version; GET /version tells it.",
        ) from error
