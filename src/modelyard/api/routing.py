"""How every route of the API answers: who asks comes first, then the body, then the route."""

import inspect
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, cast

from fastapi import APIRouter, Depends, Request, Response, params
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from modelyard.api.bodies import JsonRequest
from modelyard.api.idempotency import answer_once, idempotency_key, tells_a_secret
from modelyard.api.policies import Policy
from modelyard.api.problems import responses_of
from modelyard.kit.discovery import scan

PREFIX = "/api/v1/ml"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PolicyMissingError(Exception):
    """A route that does not say who may ask it: a programming mistake."""


class Route(APIRoute):
    """A route with a policy, whose JSON bodies are read strictly.

    A POST that answers 201 or 202 creates something: sent again with the same Idempotency-Key it
    creates nothing more.

    Attributes:
        policy: who may ask.
        creates: whether it makes something that was not there.
        is_answer_kept: whether a repeated request is answered as the first one was.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **how: Any) -> None:
        dependencies = list(how.pop("dependencies", None) or ())
        self.policy = _policy_among(dependencies, path)
        is_post = "POST" in (how.get("methods") or ())
        is_creating = is_post and how.get("status_code") in {201, 202}
        # Where nobody is asked who they are there is nobody whose key it could be.
        self.creates = is_creating and not self.policy.is_public
        self.is_answer_kept = not any(each.dependency is tells_a_secret for each in dependencies)
        if self.creates:
            dependencies.append(Depends(idempotency_key))
        summary, _, rest = inspect.cleandoc(endpoint.__doc__ or "").partition("\n\n")
        how["summary"] = how.get("summary") or summary.rstrip(".")
        how["description"] = how.get("description") or rest or summary
        super().__init__(path, endpoint, dependencies=dependencies, **how)
        problems = responses_of(
            is_public=self.policy.is_public,
            is_named="{" in path,
            has_body=self.body_field is not None,
            changes=self.verbs != ("GET",),
        )
        self.responses = problems | self.responses

    @property
    def verbs(self) -> tuple[str, ...]:
        """The methods that it answers."""
        return tuple(sorted(self.methods or ()))

    def get_route_handler(self) -> Handler:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            # The door tells of it, which sees another scope where a guard has changed it.
            request.state.endpoint = self.path
            request.state.client = request.client.host if request.client else ""
            if not self.policy.is_public:
                await _find_out_who_asks(request)
            if self.body_field is not None:
                request = await JsonRequest.read(request)
            if self.creates:
                return await answer_once(request, answer, is_kept=self.is_answer_kept)
            return await answer(request)

        return handle


def router(tag: str, *, prefix: str = PREFIX) -> APIRouter:
    """Return an empty router, for one resource.

    Args:
        tag: under which the documentation shows its routes.
        prefix: of their paths.
    """
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=Route,
        generate_unique_id_function=lambda route: route.name,
    )


def routers() -> Iterator[APIRouter]:
    """Yield the router of every file in `routes`."""
    for _, found in scan("modelyard.api.routes", "ROUTER"):
        yield found


def every_route() -> tuple[Route, ...]:
    """Return every route of the API."""
    return tuple(cast("Route", route) for found in routers() for route in found.routes)


def _policy_among(dependencies: list[params.Depends], path: str) -> Policy:
    found = [each.dependency for each in dependencies if isinstance(each.dependency, Policy)]
    if len(found) != 1:
        raise PolicyMissingError(f"{path} names {len(found)} policies instead of 1")
    return found[0]


async def _find_out_who_asks(request: Request) -> None:
    address = request.client.host if request.client else ""
    resolve = request.app.state.callers.resolve
    request.state.caller = await run_in_threadpool(resolve, request.headers, address=address)
