"""Coming in and going out: setting up, logging in, renewing, choosing a password."""

from typing import Annotated

from fastapi import Depends, Request

from modelyard.api.callers import CallerOf, PlatformOf
from modelyard.api.policies import may_predict, needs, public
from modelyard.api.problems import responses_of
from modelyard.api.routing import PREFIX, router
from modelyard.domain.identities import Role
from modelyard.services.logins import Admission
from modelyard.wire import credentials as wire

ROUTER = router("People", prefix=f"{PREFIX}/auth")
OPEN = [public()]
# Nobody is asked who they are there; what they bring may be refused all the same.
REFUSALS = responses_of(is_public=False, is_named=False, has_body=True, changes=True)


async def _address_of(request: Request) -> str:
    return request.client.host if request.client else ""


AddressOf = Annotated[str, Depends(_address_of)]


@ROUTER.post("/setup", dependencies=OPEN, responses=REFUSALS)
def set_up(platform: PlatformOf, body: wire.SetupPost) -> wire.AdmissionAnswer:
    """Make the platform's first user, who runs it, with the token that it printed."""
    return _told(
        platform.access.invitations.set_up(
            body.token, email=body.email, password=body.password, title=body.title
        )
    )


@ROUTER.post("/login", dependencies=OPEN, responses=REFUSALS)
def log_in(platform: PlatformOf, address: AddressOf, body: wire.LoginPost) -> wire.AdmissionAnswer:
    """Log in by e-mail address and password."""
    return _told(platform.access.logins.log_in(body.email, body.password, address=address))


@ROUTER.post("/refresh", dependencies=OPEN, responses=REFUSALS)
def refresh(platform: PlatformOf, body: wire.RefreshPost) -> wire.AdmissionAnswer:
    """Renew a login; a refresh token that comes a second time ends it."""
    return _told(platform.access.logins.refresh(body.refresh_token))


@ROUTER.post("/logout", dependencies=OPEN, status_code=204, responses=REFUSALS)
def log_out(platform: PlatformOf, body: wire.RefreshPost) -> None:
    """End a login; its access token lasts until it expires, ten minutes at most."""
    platform.access.logins.log_out(body.refresh_token)


@ROUTER.post("/password", dependencies=OPEN, responses=REFUSALS)
def choose_password(platform: PlatformOf, body: wire.PasswordPost) -> wire.AdmissionAnswer:
    """Choose a password by the token of an invitation."""
    return _told(platform.access.invitations.choose_password(body.token, body.password))


@ROUTER.put("/password", dependencies=[needs(Role.VIEWER)], status_code=204)
def change_password(
    caller: CallerOf, platform: PlatformOf, address: AddressOf, body: wire.PasswordPut
) -> None:
    """Change your password; every login of yours ends."""
    platform.access.logins.change_password(
        caller, old=body.password, new=body.new_password, address=address
    )


@ROUTER.get("/me", dependencies=[may_predict()])
async def show_me(caller: CallerOf) -> wire.CallerAnswer:
    """Say who asks."""
    return wire.CallerAnswer.of(caller)


def _told(admission: Admission) -> wire.AdmissionAnswer:
    return wire.AdmissionAnswer.of(
        admission.access,
        admission.refresh,
        user=admission.user,
        lasts_s=admission.expires_in_s,
    )
