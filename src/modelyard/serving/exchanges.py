"""What a route gets and gives: one request with its whole body, one reply.

These are structs of msgspec, since a frozen dataclass takes half a microsecond to make, and some
are made for each request.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from modelyard.serving.shelf import Served

JSON_TYPE = b"application/json"
PROBLEM_TYPE = b"application/problem+json"

Headers = Mapping[bytes, bytes]


class Request(msgspec.Struct, frozen=True):
    """A request whose body has come whole.

    Attributes:
        query: the part of the address behind the question mark, as it came.
        headers: names in lower case.
        body: at most as long as the server takes.
        is_logged: whether what is answered is written down.
    """

    query: bytes
    headers: Headers
    body: bytes
    is_logged: bool = False


class Sender(msgspec.Struct, frozen=True):
    """Who sent a request, for the prediction log.

    Attributes:
        is_trying: whether the answer is not written down: a row that somebody tries out.
    """

    subject: str
    request_id: str
    is_trying: bool = False


# Where answers are not written down, nobody asks who sent a request.
NOBODY = Sender("", "")


class Told(msgspec.Struct, frozen=True):
    """What the prediction log keeps of an answer.

    Attributes:
        served: the model that answered.
        rows: JSON as `/predict` or `/predict-batch` takes it.
        answer: JSON as they answer it.
    """

    served: Served
    rows: bytes
    answer: bytes


class Work(msgspec.Struct, frozen=True):
    """What answering took, for the meters and the log.

    Attributes:
        model: name under which it is served.
        classes: answers by label; of a regression all under `value`.
        read_s, predict_s, write_s: seconds to read the body, to compute, to write the answer.
    """

    model: str
    n_rows: int
    classes: Mapping[Any, int]
    read_s: float
    predict_s: float
    write_s: float


class Reply(msgspec.Struct):
    """An answer as it goes out."""

    body: bytes
    status: int = 200
    media_type: bytes = JSON_TYPE
    headers: Sequence[tuple[bytes, bytes]] = ()
    work: Work | None = None
    told: Told | None = None


Answer = Callable[[Request], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """A path that answers POST.

    Attributes:
        endpoint: the path with names of models left open, as requests are counted.
        model: name under which the model is served.
        answer: computes the reply; it may run in another thread.
        gathers: the model, where rows of one turn may be answered together.
        is_of_protocol: whether errors are told in the words of the Open Inference Protocol too.
    """

    endpoint: str
    model: str
    answer: Answer
    is_of_protocol: bool = False
    gathers: Served | None = None
