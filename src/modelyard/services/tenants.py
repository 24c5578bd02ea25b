"""The tenants of a platform, as whoever runs it makes and closes them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from modelyard.domain.credentials import Secret
from modelyard.domain.errors import Conflict
from modelyard.domain.identities import Caller, Role
from modelyard.domain.people import User
from modelyard.domain.queries import Page
from modelyard.domain.tenants import Tenant, check_tenant
from modelyard.services.audit import Audit
from modelyard.services.people import PeopleService
from modelyard.store.tenants import Tenants


@dataclass(frozen=True)
class TenantService:
    """Looks after the tenants; what is done to them stands in the record of the doer's tenant."""

    tenants: Tenants
    audit_in: Callable[[str], Audit]
    people_in: Callable[[str], PeopleService]
    now: Callable[[], datetime]

    def page(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Tenant]:
        """Return a part of the tenants, by id.

        Raises:
            InvalidValue: if the cursor is none of this list.
        """
        return self.tenants.page(limit=limit, cursor=cursor)

    def get(self, tenant: str) -> Tenant:
        """Return one tenant.

        Raises:
            NotFound: if there is none of this id.
        """
        return self.tenants.get(tenant)

    def add(
        self, caller: Caller, *, tenant: str, title: str, email: str
    ) -> tuple[Tenant, User, Secret]:
        """Make a tenant with its first admin, and the token by which they choose a password.

        Args:
            caller: an operator.
            tenant: id of the new one.
            title: as people call it.
            email: of its admin.

        Raises:
            InvalidValue: if the id or the e-mail address is not allowed.
            Conflict: if one of them is taken.
            Forbidden: if an API key asks.
        """
        caller.require_person()
        made = Tenant(check_tenant(tenant), title, self.now())
        audit = self.audit_in(caller.tenant)
        with audit.recorded(caller, "tenant.create", target=made.id):
            self.tenants.add(made)
            people = self.people_in(made.id)
            admin, token = people.add(caller, email=email, title="", role=Role.ADMIN)
        return made, admin, token

    def set_disabled(self, caller: Caller, tenant: str, *, is_disabled: bool) -> Tenant:
        """Let nobody of a tenant in, or let them in again; its data stay as they are.

        Keys are refused at once, and who has logged in when their access token ends.

        Raises:
            NotFound: as `get`.
            Conflict: if it is the caller's own.
            Forbidden: if an API key asks.
        """
        caller.require_person()
        if tenant == caller.tenant:
            raise Conflict(
                "This is your own tenant: you could not let yourself in again.",
                fix="Have an operator of another tenant do it.",
            )
        action = "tenant.disable" if is_disabled else "tenant.enable"
        with self.audit_in(caller.tenant).recorded(caller, action, target=tenant):
            return self.tenants.set_disabled(tenant, at=self.now() if is_disabled else None)
