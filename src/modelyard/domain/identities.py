"""Who asks: roles with their order, and the caller that every request is answered for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from modelyard.domain.errors import Forbidden, NotFound
from modelyard.domain.tenants import LOCAL

# In place of a model's name in a grant: every model that has none of its own.
ANY_MODEL = "*"


class Role(StrEnum):
    """What a caller may do in a tenant; each role may do what the ones below it may.

    >>> Role.VIEWER < Role.EDITOR < Role.ADMIN
    True
    """

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """How many roles are below this one."""
        return list(Role).index(self)

    # Words would be compared by the alphabet, in which a viewer is the highest.
    def __lt__(self, other: str) -> bool:
        return self.rank < Role(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Role(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Role(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Role(other).rank


@dataclass(frozen=True)
class ModelAccess:
    """Which models a caller is given and which are refused.

    Attributes:
        grants: name of a model, or `ANY_MODEL`, to whether it is given. A model's own word counts
            before the one about any; a model that no word is about is given.
    """

    grants: Mapping[str, bool] = field(default_factory=dict)

    @classmethod
    def to_only(cls, *models: str) -> Self:
        """Return the access to these models and no other."""
        return cls({ANY_MODEL: False} | dict.fromkeys(models, True))

    @property
    def is_full(self) -> bool:
        """Whether no model is refused."""
        return all(self.grants.values())

    def allows(self, model: str) -> bool:
        """Return whether the model of this name is given."""
        return self.grants.get(model, self.grants.get(ANY_MODEL, True))


@dataclass(frozen=True)
class Caller:
    """Who asks, as it was found out from a credential.

    Attributes:
        tenant: whose data there is to be seen; never another's.
        subject: `user:ID`, `key:ID` or `local`, the name that records of deeds carry.
        role: in the tenant.
        is_operator: whether tenants may be made and closed.
        access: to models, as grants bound it.
        is_predict_only: whether predictions of the models in `access` may be asked for, and nothing
            else.
    """

    tenant: str
    subject: str
    role: Role
    is_operator: bool = False
    access: ModelAccess = field(default_factory=ModelAccess)
    is_predict_only: bool = False

    @property
    def is_key(self) -> bool:
        """Whether an API key asks rather than a person."""
        return self.subject.startswith("key:")

    def require(self, role: Role) -> None:
        """Refuse whoever has a lesser role, or may ask for predictions alone.

        Raises:
            Forbidden: if so.
        """
        if self.is_predict_only:
            raise Forbidden(
                "This API key may ask for predictions and for nothing else.",
                fix="Use a key that is not bound to models.",
            )
        if self.role < role:
            raise Forbidden(
                f"This needs the role {role.value}; the caller's role is {self.role.value}.",
                fix="Ask an admin of the tenant for the role.",
            )

    def require_person(self) -> None:
        """Refuse an API key: people and credentials that it made would outlive it.

        Raises:
            Forbidden: if the caller is one.
        """
        if self.is_key:
            raise Forbidden(
                "An API key makes and changes neither people nor keys: what it made would outlive "
                "it.",
                fix="Log in, and send the access token.",
            )

    def require_every_model(self) -> None:
        """Refuse whoever is refused a model, where what is told may be of any model.

        Raises:
            NotFound: if so, whether there is something or not.
            Forbidden: if predictions alone may be asked for.
        """
        self.require(Role.VIEWER)
        if not self.access.is_full:
            raise NotFound(
                "There is nothing of this for whoever is given single models: datasets and jobs "
                "may be of others.",
                fix="Look at the models that are given, or ask an editor of the tenant.",
            )

    def require_operator(self) -> None:
        """Refuse whoever does not run the platform.

        Raises:
            Forbidden: if so.
        """
        self.require(Role.ADMIN)
        if not self.is_operator:
            raise Forbidden(
                "This is for operators of the platform.", fix="Ask an operator to do it."
            )

    def require_model(self, name: str) -> None:
        """Refuse a model that is not given, in the words for one that does not exist.

        Raises:
            NotFound: if it is not given.
        """
        if not self.access.allows(name):
            raise NotFound(f"There is no model '{name}'.", fix="List the models that there are.")


# Of the command line, of Python, and of a server on loopback that asks for no login.
LOCAL_CALLER = Caller(LOCAL, "local", Role.ADMIN, is_operator=True)


def system_in(tenant: str) -> Caller:
    """Return the caller for what the platform does by itself in a tenant."""
    return Caller(tenant, "system", Role.ADMIN)
