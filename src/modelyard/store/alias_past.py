"""Where an alias stood before, so that a promotion can be taken back, and the one before it too.

Places are taken off as they are gone back to: after the last one nothing is left to go back to. A
place goes with its version when that is deleted.
"""

import sqlalchemy as sa

from modelyard.store.tables.models import ML_MODEL_ALIAS_PAST, ML_MODEL_ALIASES

_PAST = ML_MODEL_ALIAS_PAST.c


def remember_place(
    connection: sa.Connection, tenant: str, *, name: str, alias: str, leaves_for: int | None
) -> None:
    """Note the version that an alias is about to leave, if it stands on one.

    Args:
        connection: of the transaction in which it leaves.
        tenant: whose model it is.
        name: of the model.
        alias: that moves.
        leaves_for: the version that it moves to, None for none; the same is no move.
    """
    stands = ML_MODEL_ALIASES.c
    current = connection.scalar(
        sa.select(stands.model_version).where(
            stands.tenant == tenant, stands.model_name == name, stands.alias == alias
        )
    )
    if current is None or current == leaves_for:
        return
    number = connection.scalar(
        sa.select(sa.func.coalesce(sa.func.max(_PAST.number), 0) + 1).where(
            _is_of(tenant, name, alias)
        )
    )
    row = {"tenant": tenant, "model_name": name, "alias": alias, "number": number}
    connection.execute(sa.insert(ML_MODEL_ALIAS_PAST).values(row | {"model_version": current}))


def take_last_place(connection: sa.Connection, tenant: str, *, name: str, alias: str) -> int | None:
    """Return the version that an alias stood on last, and forget it; None where there is none."""
    places = _is_of(tenant, name, alias)
    last = sa.select(_PAST.number, _PAST.model_version).where(places)
    found = connection.execute(last.order_by(_PAST.number.desc()).limit(1)).first()
    if found is None:
        return None
    gone = sa.delete(ML_MODEL_ALIAS_PAST).where(places, _PAST.number == found.number)
    connection.execute(gone)
    version: int = found.model_version
    return version


def last_places(connection: sa.Connection, tenant: str, *, name: str) -> dict[str, int]:
    """Return the version that each alias of a name stood on last, for those that have moved."""
    places = sa.select(_PAST.alias, _PAST.model_version).where(
        _PAST.tenant == tenant, _PAST.model_name == name
    )
    rows = connection.execute(places.order_by(_PAST.number))
    return {row.alias: row.model_version for row in rows}


def _is_of(tenant: str, name: str, alias: str) -> sa.ColumnElement[bool]:
    return sa.and_(_PAST.tenant == tenant, _PAST.model_name == name, _PAST.alias == alias)
