"""People, tenants and deeds, as requests ask for them and answers tell of them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from modelyard.domain.audits import AuditCheck, AuditEvent
from modelyard.domain.credentials import Secret
from modelyard.domain.identities import Role
from modelyard.domain.people import User
from modelyard.domain.tenants import Tenant
from modelyard.wire.bodies import LARGEST, Answer, PageOf, PageQuery, RequestBody
from modelyard.wire.credentials import Email, ModelName, Title

TenantId = Annotated[str, StringConstraints(min_length=1, max_length=63)]
_GRANTS = (
    "Names of models to whether a viewer is given them; `*` is every model without an entry. "
    "Without any entry a model is given."
)


class UserPost(RequestBody):
    """How a user is made."""

    email: Email
    role: Role = Field(strict=False)
    title: Title = Field(default="", description="The person's name.")


class UserAnswer(Answer):
    """A person of the tenant."""

    id: str
    email: str
    title: str
    role: Role
    is_operator: bool = Field(description="Whether the person makes and closes tenants.")
    has_password: bool = Field(description="Whether they have chosen one.")
    created_at: datetime
    disabled_at: datetime | None

    @classmethod
    def of(cls, user: User) -> "UserAnswer":
        """Return what is told of a user."""
        return cls(
            id=user.id,
            email=user.email,
            title=user.title,
            role=user.role,
            is_operator=user.is_operator,
            has_password=user.password_hash is not None,
            created_at=user.created_at,
            disabled_at=user.disabled_at,
        )


class InvitationAnswer(Answer):
    """A user with the token by which they choose a password."""

    user: UserAnswer
    token: str = Field(
        description="Good once and for three days; it is not told again.", repr=False
    )

    @classmethod
    def of(cls, user: User, token: Secret) -> "InvitationAnswer":
        """Return what whoever invites is told."""
        return cls(user=UserAnswer.of(user), token=token.text)


class UserPage(PageOf[UserAnswer]):
    """One part of the list of users."""


class RolePut(RequestBody):
    """How a user gets another role."""

    role: Role = Field(strict=False)


class OperatorPut(RequestBody):
    """How a user comes to run the platform, or ends to."""

    is_operator: bool


class DisabledPut(RequestBody):
    """How somebody is kept out, or let in again."""

    is_disabled: bool


class GrantsPut(RequestBody):
    """How models are given and refused; entries that are not named stay."""

    models: dict[ModelName, bool] = Field(description=_GRANTS, max_length=1000)


class GrantsAnswer(Answer):
    """Which models a viewer is given."""

    models: dict[str, bool] = Field(description=_GRANTS)


class TenantPost(RequestBody):
    """How a tenant is made."""

    id: TenantId = Field(description="Lower-case letters, digits and hyphens.")
    title: Title = Field(min_length=1)
    admin_email: Email = Field(description="Of its first admin, who is invited.")


class TenantAnswer(Answer):
    """An organisation."""

    id: str
    title: str
    created_at: datetime
    disabled_at: datetime | None


class QuotaPut(RequestBody):
    """How many jobs of a tenant may run, and wait, at once."""

    most_running: int = Field(ge=1, le=LARGEST, description="Over all workers.", examples=[8])
    most_queued: int = Field(
        ge=1, le=LARGEST, description="One more is refused with 429.", examples=[1000]
    )


class QuotaAnswer(Answer):
    """How many jobs of a tenant may run, and wait, at once."""

    most_running: int
    most_queued: int


class NewTenantAnswer(TenantAnswer):
    """An organisation that was just made."""

    admin: InvitationAnswer

    @classmethod
    def of(cls, tenant: Tenant, *, admin: User, token: Secret) -> "NewTenantAnswer":
        """Return what whoever makes a tenant is told."""
        return cls(
            id=tenant.id,
            title=tenant.title,
            created_at=tenant.created_at,
            disabled_at=tenant.disabled_at,
            admin=InvitationAnswer.of(admin, token),
        )


class TenantPage(PageOf[TenantAnswer]):
    """One part of the list of tenants."""


class AuditQuery(PageQuery):
    """Which deeds to list, the newest first."""

    actor: str | None = Field(
        default=None, max_length=200, description="`user:ID`, `key:ID`, `local`."
    )
    action: str | None = Field(
        default=None, max_length=200, description="For example `model.promote`."
    )
    target: str | None = Field(default=None, max_length=300, description="For example `churn@3`.")


class AuditEventAnswer(Answer):
    """A deed, as one link of the tenant's chain."""

    number: int
    at: datetime
    actor: str
    action: str
    target: str
    details: dict[str, Any]
    previous: str = Field(description="`sha256` of the deed before.")
    sha256: str

    @classmethod
    def of(cls, event: AuditEvent) -> "AuditEventAnswer":
        """Return what is told of a deed."""
        return cls.model_validate(event)


class AuditPage(PageOf[AuditEventAnswer]):
    """One part of the record of deeds."""


class AuditCheckAnswer(Answer):
    """Whether the record of deeds holds from its first link on."""

    is_sound: bool
    n_events: int = Field(description="How many links hold.")
    head: str = Field(description="`sha256` of the last of them; keep it elsewhere to compare.")
    broken_at: int | None = Field(description="Number of the first deed that does not hold.")
    reason: str

    @classmethod
    def of(cls, check: AuditCheck) -> "AuditCheckAnswer":
        """Return what is told of a check."""
        return cls(
            is_sound=check.broken_at is None,
            n_events=check.n_events,
            head=check.head,
            broken_at=check.broken_at,
            reason=check.reason,
        )
