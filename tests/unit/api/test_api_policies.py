"""Every route says who may ask it, and holds to that for every sort of caller."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from modelyard.api.policies import may_predict, needs, public
from modelyard.api.routing import PolicyMissingError, Route, every_route, router
from modelyard.domain.identities import Role

Ask = Callable[..., TestClient]

ROUTES = every_route()
GUARDED = [route for route in ROUTES if not route.policy.is_public]
# What everybody may ask: what the platform tells of itself, and the ways in. Whoever adds to it
# opens a door to the world.
PUBLIC = {
    "show_entrance", "tell_version", "show_health", "show_metrics", "show_openapi", "show_guide",
    "set_up", "log_in", "log_out", "refresh", "choose_password", "tell_protocol",
}  # fmt: skip


def _send(client: TestClient, route: Route) -> Any:
    path = re.sub(r"{\w+(:path)?}", "x", route.path)
    return client.request(min(route.methods), path)


def _answers(client: TestClient, routes: Iterable[Route]) -> dict[str, int]:
    return {route.name: _send(client, route).status_code for route in routes}


def test_without_a_credential_every_route_answers_401(ask: Ask) -> None:
    answers = _answers(ask(None), GUARDED)
    assert {name: status for name, status in answers.items() if status != 401} == {}


@pytest.mark.parametrize(
    ("lesser", "policy"), [("viewer", "editor"), ("editor", "admin"), ("admin", "operator")]
)
def test_a_role_that_does_not_suffice_answers_403(ask: Ask, lesser: str, policy: str) -> None:
    routes = [route for route in GUARDED if route.policy.name == policy]
    answers = _answers(ask(lesser), routes)
    assert answers
    assert {name: status for name, status in answers.items() if status != 403} == {}


def test_a_key_for_predictions_may_ask_for_nothing_else(ask: Ask) -> None:
    answers = _answers(ask("predictor"), (r for r in GUARDED if r.policy.name != "predicting"))
    assert {name: status for name, status in answers.items() if status != 403} == {}


def test_nothing_is_public_but_what_is_named_here() -> None:
    assert {route.name for route in ROUTES if route.policy.is_public} == PUBLIC


def test_what_changes_something_needs_more_than_a_viewer() -> None:
    # These change nothing that is kept, though they are sent as POST, or what is the caller's own.
    reading = {"compare_models", "compare_runs", "suggest"}
    own = {"change_password", "add_key", "revoke_key"}
    changing = {
        route.name
        for route in GUARDED
        if route.methods != {"GET"}
        and route.policy.name in {"viewer", "every model"}
        and route.name not in reading | own
    }
    assert changing == set()


def test_a_route_without_a_policy_or_with_two_does_not_build() -> None:
    extra = router("Extra")
    for dependencies in ([], [needs(Role.VIEWER), may_predict()]):
        with pytest.raises(PolicyMissingError):
            extra.get("/extra", dependencies=dependencies)(lambda: None)


def test_no_two_routes_have_one_name_or_answer_one_path() -> None:
    names = [route.name for route in ROUTES if route.include_in_schema]
    assert sorted(names) == sorted(set(names))
    places = [(method, route.path) for route in ROUTES for method in route.methods]
    assert sorted(places) == sorted(set(places))


def test_the_application_answers_by_no_other_route(app: FastAPI) -> None:
    from fastapi.routing import iter_route_contexts

    known = {route.path for route in ROUTES}
    assert {context.path for context in iter_route_contexts(app.routes)} == known


def test_a_public_route_asks_nobody_who_they_are(app: FastAPI) -> None:
    extra = router("Extra")

    @extra.get("/open", dependencies=[public()])
    async def _answer() -> str:
        return "here"

    app.include_router(extra)
    assert TestClient(app).get("/api/v1/ml/open").json() == "here"
