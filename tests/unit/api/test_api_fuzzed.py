"""Whatever comes, the API answers what its document says, and never with a fault of its own."""

from itertools import islice
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI, Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from modelyard.api.policies import public
from modelyard.api.routing import router

# What is refused though the schema allows it (a cursor of another list, a model that does not
# exist) is no fault; who may ask is held to in the test of the policies.
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
# A minute on a busy machine is no fault either.
TIMEOUT_S = 60.0


def _faults(
    app: FastAPI, *, n_examples: int, below: str = "/", part: int = 0, n_parts: int = 1
) -> dict[str, str]:
    """Return the first fault of each operation, by its name, of those below a path.

    Args:
        app: that is asked.
        n_examples: requests to each operation.
        below: path that the operations begin with.
        part: of the operations, which are dealt out in turn.
        n_parts: of how many.
    """
    schemathesis.openapi.media_type("application/offset+octet-stream", st.binary())
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    found: dict[str, str] = {}
    for result in islice(schema.get_all_operations(), part, None, n_parts):
        operation = result.ok()
        if not operation.path.startswith(below):
            continue

        @settings(
            max_examples=n_examples,
            database=None,
            deadline=None,
            derandomize=n_examples < 10,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            case.call_and_validate(
                headers={"authorization": "Bearer operator"}, checks=CHECKS, timeout=TIMEOUT_S
            )

        try:
            ask()
        except schemathesis.errors.SchemathesisError as error:
            found[operation.label] = str(error)
        except BaseExceptionGroup as group:
            found[operation.label] = "\n".join(map(str, group.exceptions))
    return found


def test_a_few_odd_requests_to_every_route_are_answered_as_documented(app: FastAPI) -> None:
    assert _faults(app, n_examples=2) == {}


def test_an_answer_that_is_not_documented_and_a_fault_are_noticed(app: FastAPI) -> None:
    extra = router("Extra")

    @extra.get("/extra/teapot", dependencies=[public()])
    async def _refuse() -> Response:
        return Response(status_code=418)

    @extra.get("/extra/fault", dependencies=[public()])
    async def _fail() -> None:
        raise KeyError

    app.include_router(extra)
    found = _faults(app, n_examples=1, below="/api/v1/ml/extra")
    assert sorted(found) == ["GET /api/v1/ml/extra/fault", "GET /api/v1/ml/extra/teapot"]


# Minutes each on a busy machine, where all together take longer than a test may.
N_PARTS = 8


@pytest.mark.slow
@pytest.mark.parametrize("part", range(N_PARTS))
def test_many_odd_requests_to_every_route_are_answered_as_documented(
    app: FastAPI, part: int
) -> None:
    assert _faults(app, n_examples=100, part=part, n_parts=N_PARTS) == {}
