"""Who may ask a route: every route names one policy among its dependencies, or is not built."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request

from modelyard.domain.identities import Caller, Role


@dataclass(frozen=True)
class Policy:
    """Who may ask.

    Attributes:
        name: a role, `every model`, `operator`, `predicting` or `public`.
        admit: raises what the caller is told who may not; None where nobody is asked who they are.
    """

    name: str
    admit: Callable[[Caller], None] | None

    async def __call__(self, request: Request) -> None:
        """Let the caller in, or raise, as a dependency of the route."""
        if self.admit is not None:
            self.admit(request.state.caller)

    @property
    def is_public(self) -> bool:
        """Whether no credential is looked at."""
        return self.admit is None


def needs(role: Role) -> Any:
    """Return the dependency of a route for callers of this role or a higher one."""
    return Depends(Policy(role.value, lambda caller: caller.require(role)))


def needs_every_model() -> Any:
    """Return the dependency of a route for viewers who are refused no model.

    Datasets and jobs may be of any: to others they are not there.
    """
    return Depends(Policy("every model", Caller.require_every_model))


def needs_operator() -> Any:
    """Return the dependency of a route for whoever runs the platform."""
    return Depends(Policy("operator", Caller.require_operator))


def may_predict() -> Any:
    """Return the dependency of a route that asks a model, which keys for predictions may as well.

    The route itself calls `caller.require_model`.
    """
    return Depends(Policy("predicting", lambda _: None))


def public() -> Any:
    """Return the dependency of a route that everybody may ask; it tells nothing of any tenant."""
    return Depends(Policy("public", None))
