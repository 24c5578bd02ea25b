"""Puts the API together: its routes, its door, and how it tells errors and itself."""

import time
from collections.abc import Callable, Sequence

from starlette.types import ASGIApp

from modelyard.api.apart import Apart, Nursery
from modelyard.api.callers import Callers, OwnerOfTheLaptop
from modelyard.api.describing import SelfDescribing
from modelyard.api.door import Door
from modelyard.api.errors import handle_errors
from modelyard.api.meters import Meters
from modelyard.api.routing import every_route
from modelyard.api.small_reads import SmallReads
from modelyard.bootstrap import Project
from modelyard.kit.version import VERSION

Guard = Callable[[ASGIApp], ASGIApp]


def make_app(
    project: Project,
    *,
    callers: Callers | None = None,
    guards: Sequence[Guard] = (),
    nursery: Nursery | None = None,
) -> SelfDescribing:
    """Return the application.

    Args:
        project: of the platform; each caller is answered from that of their tenant.
        callers: finds out who asks; None takes everybody for the owner of this machine.
        guards: what looks at a request before the application does, the outermost first.
        nursery: what forks for work on tables; None for one of its own.
    """
    app = SelfDescribing(
        title="Modelyard",
        version=VERSION,
        # We tell of ourselves at these paths, by routes that have a policy as all others do.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # A redirection would lead to whatever host the client has named.
        redirect_slashes=False,
    )
    app.state.project = project
    app.state.callers = callers or OwnerOfTheLaptop()
    app.state.meters = Meters()
    app.state.apart = Apart(nursery or Nursery())
    app.state.small_reads = SmallReads(app.state.apart)
    # As they are, and not by `include_router`, which makes each route anew for each application:
    # all share them, and `dependency_overrides` reach none of them.
    app.router.routes.extend(every_route())
    handle_errors(app)
    # What is added last stands outermost: the door sees what a guard refuses as well.
    for guard in reversed(guards):
        app.add_middleware(guard)
    app.add_middleware(Door, meters=app.state.meters, clock=time.perf_counter)
    return app
