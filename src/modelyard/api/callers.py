"""Who asks, and in which tenant's project: what a route is given besides its own parameters."""

from collections.abc import Mapping
from typing import Annotated, Protocol

from fastapi import Depends, Request

from modelyard.bootstrap import Project
from modelyard.domain.identities import LOCAL_CALLER, Caller


class Callers(Protocol):
    """Finds out who asks."""

    def resolve(self, headers: Mapping[str, str], *, address: str) -> Caller:
        """Return who sent a request; called in a thread of its own, so it may wait for a database.

        Args:
            headers: of the request, whose names are found in any case.
            address: of the client, empty where it is not known.

        Raises:
            NotAuthorized: if no credential came, or one that does not hold.
        """
        ...


class OwnerOfTheLaptop:
    """Takes everybody for the owner of this machine: for a server that loopback alone reaches."""

    def resolve(self, headers: Mapping[str, str], *, address: str) -> Caller:
        del headers, address
        return LOCAL_CALLER


class OwnerUntilThereIsAUser:
    """Takes everybody for the owner of this machine until the platform has a user, and asks then.

    Args:
        platform: whose users count; a first one stays, so that they are looked for no more then.
    """

    def __init__(self, platform: Project) -> None:
        self._access = platform.access
        self._has_users = False

    def resolve(self, headers: Mapping[str, str], *, address: str) -> Caller:
        self._has_users = self._has_users or self._access.invitations.is_set_up
        if self._has_users:
            return self._access.identity.resolve(headers, address=address)
        return LOCAL_CALLER


async def _caller_of(request: Request) -> Caller:
    # The route has found it out before it read the body, see `routing.Route`.
    caller: Caller = request.state.caller
    return caller


CallerOf = Annotated[Caller, Depends(_caller_of)]


async def _project_of(request: Request, caller: CallerOf) -> Project:
    platform: Project = request.app.state.project
    return platform.of(caller.tenant)


# The project of the caller's tenant: nothing of another one can be reached from it.
ProjectOf = Annotated[Project, Depends(_project_of)]


async def _platform_of(request: Request) -> Project:
    platform: Project = request.app.state.project
    return platform


# The project that the server was started with: for routes that look after the platform as a whole.
PlatformOf = Annotated[Project, Depends(_platform_of)]


async def _request_id_of(request: Request) -> str:
    request_id: str = request.state.request_id
    return request_id


# As the log and every problem tell it.
RequestIdOf = Annotated[str, Depends(_request_id_of)]
