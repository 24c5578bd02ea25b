"""Repeats requests that may be repeated, and turns problem documents into the errors they tell.

What may be repeated: requests that read, that set, and those that create with a key by which the
platform makes the thing once. What was refused for its rate was not done, and is always repeated.
"""

from collections.abc import Generator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from random import SystemRandom
from typing import TypeVar

from modelyard.client.requests import Request
from modelyard.client.steps import Pause, Reply, Send, Step, Tell
from modelyard.domain.errors import ModelyardError, Unavailable
from modelyard.wire.problem_documents import error_from

Item = TypeVar("Item")
Result = TypeVar("Result")

# Nothing is known to have been done; RFC 9110, 15.5.9 and 15.6.3 to 15.6.5.
_IN_A_MOMENT = frozenset({408, 502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How often and how long to try again.

    Attributes:
        retries: after the first time.
        first_s: longest pause before the first of them; each later one may take twice as long.
        longest_s: of all pauses, also of those that the platform asks for.

    Source: stripe-python begins with half a second and doubles it; that a pause is drawn by chance
    below its bound keeps many clients from coming back together (M. Brooker, Exponential Backoff
    And Jitter, AWS Architecture Blog, 2015).
    """

    retries: int = 4
    first_s: float = 0.5
    longest_s: float = 30.0

    def pause_s(self, attempt: int, asked_s: float | None) -> float | None:
        """Return how long to wait before the next attempt, None where there is none.

        Args:
            attempt: 0 is the first.
            asked_s: by the platform; None where it asks for nothing.
        """
        if attempt >= self.retries or (asked_s or 0.0) > self.longest_s:
            return None
        if asked_s is not None:
            return asked_s
        bound = min(self.first_s * 2**attempt, self.longest_s)
        return SystemRandom().uniform(bound / 2, bound)


def patient(
    flow: Generator[Step | Tell[Item], Reply, Result], patience: Patience
) -> Generator[Step | Tell[Item], Reply, Result]:
    """Return the flow, each of its requests repeated as it may be; its replies are no problems.

    Raises:
        ModelyardError: into the flow, what the platform answers instead.
    """
    try:
        step = next(flow)
        while True:
            try:
                reply = (
                    (yield from _sent(step, patience)) if isinstance(step, Send) else (yield step)
                )
            except ModelyardError as error:
                step = flow.throw(error)
            else:
                step = flow.send(reply)
    except StopIteration as end:
        result: Result = end.value
        return result
    finally:
        flow.close()


def _sent(step: Send, patience: Patience) -> Generator[Step, Reply, Reply]:
    was_cut = False
    for attempt in count():
        asked_s: float | None = None
        failure: ModelyardError
        try:
            reply = yield step
        except Unavailable as error:
            was_cut, failure = True, error
            is_worth_it = step.request.is_repeatable
        else:
            if reply.status < HTTPStatus.MULTIPLE_CHOICES:
                return reply
            failure = _error_of(reply, step.request)
            asked_s = _seconds(reply)
            is_worth_it = _is_worth_it(reply, step.request, was_cut=was_cut)
        pause_s = patience.pause_s(attempt, asked_s) if is_worth_it else None
        if pause_s is None:
            raise failure
        yield Pause(pause_s)
    raise failure


def _is_worth_it(reply: Reply, request: Request, *, was_cut: bool) -> bool:
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        # A quota asks nobody to come again: something has to end first.
        return "retry-after" in reply.headers
    if reply.status == HTTPStatus.CONFLICT:
        # The request that was cut off may be on its way still, under the same key.
        return was_cut and "idempotency-key" in request.headers
    return reply.status in _IN_A_MOMENT and request.is_repeatable


def _seconds(reply: Reply) -> float | None:
    told = reply.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() else None


def _error_of(reply: Reply, request: Request) -> ModelyardError:
    """Return what an answer tells that is no success."""
    if reply.headers.get("content-type", "").startswith("application/problem+json"):
        return error_from(reply.content, retry_after_s=int(_seconds(reply) or 1))
    place = request.path.partition("?")[0]
    if reply.status < HTTPStatus.BAD_REQUEST:
        return Unavailable(
            f"{place} is answered by a redirection, which is not followed: a token is for one "
            "address.",
            fix=f"Give the address that it leads to: {reply.headers.get('location', '')[:200]}",
        )
    return Unavailable(
        f"{place} is answered by {reply.status}, and not by the platform.",
        fix="Check the address, and what stands before the platform.",
    )
