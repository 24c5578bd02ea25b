"""How one description of an operation becomes a method of both clients, with the types of each.

A method that is marked with `asks` or `tells` returns a flow. Asked of a noun of the client that
waits it returns the flow's result; of the other client, something to be awaited.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from modelyard.client.steps import Feed, Flow
from modelyard.client.transports import Awaiting, Blocking

Asked = ParamSpec("Asked")
Result = TypeVar("Result")
Via = TypeVar("Via", bound=Blocking | Awaiting)


class Noun(Generic[Via]):
    """What can be asked about one kind of thing."""

    def __init__(self, via: Via) -> None:
        self.via = via


class asks(Generic[Asked, Result]):  # noqa: N801 -- a decorator
    """Make a method that describes a flow one that carries it out."""

    def __init__(self, describe: Callable[Concatenate[Any, Asked], Flow[Result]]) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, noun: None, owner: type) -> "asks[Asked, Result]": ...

    @overload
    def __get__(self, noun: Noun[Blocking], owner: type) -> Callable[Asked, Result]: ...

    @overload
    def __get__(
        self, noun: Noun[Awaiting], owner: type
    ) -> Callable[Asked, Coroutine[Any, Any, Result]]: ...

    def __get__(self, noun: Noun[Any] | None, owner: type) -> Any:
        if noun is None:
            return self

        def ask(*args: Asked.args, **kwargs: Asked.kwargs) -> Any:
            return noun.via.perform(self.describe(noun, *args, **kwargs))

        return update_wrapper(ask, self.describe)


class tells(Generic[Asked, Result]):  # noqa: N801 -- a decorator
    """Make a method that describes a feed one that iterates over what it tells."""

    def __init__(self, describe: Callable[Concatenate[Any, Asked], Feed[Result]]) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, noun: None, owner: type) -> "tells[Asked, Result]": ...

    @overload
    def __get__(self, noun: Noun[Blocking], owner: type) -> Callable[Asked, Iterator[Result]]: ...

    @overload
    def __get__(
        self, noun: Noun[Awaiting], owner: type
    ) -> Callable[Asked, AsyncIterator[Result]]: ...

    def __get__(self, noun: Noun[Any] | None, owner: type) -> Any:
        if noun is None:
            return self

        def tell(*args: Asked.args, **kwargs: Asked.kwargs) -> Any:
            return noun.via.iterate(self.describe(noun, *args, **kwargs))

        return update_wrapper(tell, self.describe)
