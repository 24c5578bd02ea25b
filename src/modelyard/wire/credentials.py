"""Logins, refresh tokens and API keys, as requests bring them and answers hand them out."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from modelyard.domain.credentials import ApiKey, Secret
from modelyard.domain.identities import Caller, Role
from modelyard.domain.passwords import MAX_LENGTH, MIN_LENGTH
from modelyard.domain.people import User
from modelyard.wire.bodies import Answer, PageOf, RequestBody

# Of a person, a key, a tenant.
Title = Annotated[str, StringConstraints(max_length=200)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=254)]
# Bounded for the reader; which passwords may be chosen is said where one is chosen.
Password = Annotated[str, StringConstraints(max_length=1000)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ModelName = Annotated[str, StringConstraints(min_length=1, max_length=100)]

_PASSWORD = f"{MIN_LENGTH} to {MAX_LENGTH} characters that are not among the first to be tried."
_LAST_DAYS = 365


class SetupPost(RequestBody):
    """How the platform's first user is made."""

    token: Token = Field(
        description="That the platform printed when it was first started.", repr=False
    )
    email: Email
    password: Password = Field(description=_PASSWORD, repr=False)
    title: Title = Field(default="", description="The person's name.")


class LoginPost(RequestBody):
    """How a person logs in."""

    email: Email
    password: Password = Field(repr=False)


class RefreshPost(RequestBody):
    """How a login is renewed, or ended."""

    refresh_token: Token = Field(description="The newest one; it is good once.", repr=False)


class PasswordPost(RequestBody):
    """How an invited person chooses a password."""

    token: Token = Field(description="Of the invitation.", repr=False)
    password: Password = Field(description=_PASSWORD, repr=False)


class PasswordPut(RequestBody):
    """How a person changes their password."""

    password: Password = Field(description="The one until now.", repr=False)
    new_password: Password = Field(description=_PASSWORD, repr=False)


class AdmissionAnswer(Answer):
    """What a login gives; it is told once."""

    access_token: str = Field(description="To be sent as `Authorization: Bearer …`.", repr=False)
    refresh_token: str = Field(description="Good once, for the next admission.", repr=False)
    expires_in_s: int = Field(description="How long the access token lasts.")
    user_id: str
    email: str
    tenant: str

    @classmethod
    def of(cls, access: Secret, refresh: Secret, *, user: User, lasts_s: int) -> "AdmissionAnswer":
        """Return what a person is told who comes in."""
        return cls(
            access_token=access.text,
            refresh_token=refresh.text,
            expires_in_s=lasts_s,
            user_id=user.id,
            email=user.email,
            tenant=user.tenant,
        )


class CallerAnswer(Answer):
    """Who asks, as the platform sees it."""

    tenant: str
    subject: str = Field(description="`user:ID`, `key:ID` or `local`.")
    role: Role
    is_operator: bool = Field(description="Whether the caller makes and closes tenants.")
    is_predict_only: bool = Field(description="Whether only predictions may be asked for.")
    models: dict[str, bool] = Field(
        description="Models that are given or refused, by name; `*` is every other one. Without "
        "an entry a model is given."
    )

    @classmethod
    def of(cls, caller: Caller) -> "CallerAnswer":
        """Return what a caller is told of themselves."""
        return cls(
            tenant=caller.tenant,
            subject=caller.subject,
            role=caller.role,
            is_operator=caller.is_operator,
            is_predict_only=caller.is_predict_only,
            models=dict(caller.access.grants),
        )


class KeyPost(RequestBody):
    """How an API key is made."""

    title: Title = Field(description="What it is for.", min_length=1)
    role: Role = Field(default=Role.VIEWER, description="At most your own.", strict=False)
    models: Annotated[list[ModelName], Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="Names of the only models that it may ask, and nothing else."
    )
    expires_in_days: int = Field(default=90, ge=1, le=_LAST_DAYS)


class KeyAnswer(Answer):
    """An API key; its text is told once, when it is made."""

    id: str
    title: str
    role: Role
    models: list[str] | None = Field(
        description="The only models that it may ask; null: not bound."
    )
    owner: str | None = Field(description="Id of the user with whom it ends.")
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To a minute.")

    @classmethod
    def of(cls, key: ApiKey) -> "KeyAnswer":
        """Return what is told of a key."""
        return cls.model_validate(_facts(key))


class NewKeyAnswer(KeyAnswer):
    """An API key that was just made."""

    key: str = Field(
        description="To be sent as `Authorization: Bearer …`; it is not told again.", repr=False
    )

    @classmethod
    def made(cls, key: ApiKey, text: Secret) -> "NewKeyAnswer":
        """Return what is told of a key when it is made."""
        return cls.model_validate(_facts(key) | {"key": text.text})


class KeyPage(PageOf[KeyAnswer]):
    """One part of the list of API keys."""


def _facts(key: ApiKey) -> dict[str, object]:
    facts = {name: getattr(key, name) for name in KeyAnswer.model_fields if name != "models"}
    return facts | {"models": None if key.models is None else list(key.models)}
