"""Which models the viewers of a tenant are given and which are refused."""

from typing import Any

import sqlalchemy as sa

from modelyard.domain.errors import NotFound
from modelyard.domain.identities import ANY_MODEL, ModelAccess
from modelyard.store.databases import TenantDatabase, put
from modelyard.store.tables.people import MODEL_GRANTS


class Grants:
    """The grants of one tenant."""

    def __init__(self, database: TenantDatabase) -> None:
        self._database = database

    def access_of(self, user_id: str) -> ModelAccess:
        """Return what the grants of a user say; without any, every model is given."""
        with self._database.reading() as connection:
            own = MODEL_GRANTS.c.tenant == self._database.tenant
            return access_of(connection, own & (MODEL_GRANTS.c.user_id == user_id))

    def put(self, user_id: str, model: str, *, is_given: bool) -> None:
        """Give or refuse a user a model, or, as `ANY_MODEL`, every one without a grant of its own.

        Raises:
            NotFound: if the tenant has no such user.
        """
        row = {
            "tenant": self._database.tenant,
            "user_id": user_id,
            "model": model,
            "is_given": is_given,
        }
        with self._database.writing() as connection:
            put(connection, MODEL_GRANTS, values=row, replacing=["is_given"])

    def remove(self, user_id: str, model: str) -> None:
        """Take a grant back, so that the one about any model counts again.

        Raises:
            NotFound: if there is none.
        """
        table = MODEL_GRANTS.c
        gone = sa.delete(MODEL_GRANTS).where(
            table.tenant == self._database.tenant, table.user_id == user_id, table.model == model
        )
        with self._database.writing() as connection:
            if connection.execute(gone).rowcount == 0:
                raise NotFound(
                    f"The user has no grant about '{model}'.", fix="List the user's grants."
                )


def access_of(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> ModelAccess:
    """Return what the grants say that a condition holds for, all of one user."""
    chosen = sa.select(MODEL_GRANTS.c.model, MODEL_GRANTS.c.is_given).where(condition)
    return ModelAccess({row.model: row.is_given for row in connection.execute(chosen)})


def given(column: sa.ColumnElement[Any], access: ModelAccess) -> sa.ColumnElement[bool]:
    """Return the condition that the model whose name stands in a column is given."""
    named = {name: word for name, word in access.grants.items() if name != ANY_MODEL}
    if access.grants.get(ANY_MODEL, True):
        return column.not_in([name for name, is_given in named.items() if not is_given])
    return column.in_([name for name, is_given in named.items() if is_given])
