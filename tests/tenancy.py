"""Listens to the statements that stores send, and tells which forget whose records they touch.

A store that was opened for a tenant names that tenant for each table of tenants' records in each
statement, in subqueries and joins as well: then no mistake elsewhere lets it reach another's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BindParameter, BooleanClauseList, ColumnElement, Grouping
from sqlalchemy.sql.selectable import AliasedReturnsRows, CompoundSelect, Join


@contextmanager
def watched_statements() -> Iterator[list[str]]:
    """Collect what is wrong with the statements of every database of this process."""
    wrong: list[str] = []

    def look(
        connection: sa.Connection,
        statement: Any,
        many: Any,
        single: Any,
        options: Any,
    ) -> None:
        tenant = connection.get_execution_options().get("tenant")
        if tenant is not None and isinstance(statement, sa.ClauseElement):
            rows = many or ([single] if single else [])
            tables = sorted(set(forgotten(statement, tenant, rows=rows)))
            wrong.extend(f"{table} of {tenant!r}: {statement}" for table in tables)

    sa.event.listen(sa.Engine, "before_execute", look)
    try:
        yield wrong
    finally:
        sa.event.remove(sa.Engine, "before_execute", look)


def forgotten(
    statement: sa.ClauseElement, tenant: str, *, rows: Any = (), outer: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield the tables of tenants' records that a statement touches without naming the tenant.

    Args:
        statement: as it is sent.
        tenant: whose records alone it may touch.
        rows: that an insertion is sent with.
        outer: tables of the statement around this one, which it may refer to.
    """
    if isinstance(statement, CompoundSelect):
        for part in statement.selects:
            yield from forgotten(part, tenant, outer=outer)
        return
    if isinstance(statement, sa.Insert):
        if _is_owned(statement.table) and not _are_of(statement, tenant, rows):
            yield statement.table.name
        return
    tables, conditions = _parts(statement)
    named = {name for each in conditions if (name := _named(each, tenant))}
    own = tables - outer or tables
    yield from own - named
    for inner, is_apart in _inner(statement):
        yield from forgotten(inner, tenant, outer=frozenset() if is_apart else outer | tables)


def _parts(statement: sa.ClauseElement) -> tuple[frozenset[str], list[ColumnElement[Any]]]:
    """Return the owned tables that a statement takes rows from, and what must hold for them."""
    if isinstance(statement, sa.Update | sa.Delete):
        tables = [statement.table] if _is_owned(statement.table) else []
        conditions = list(statement._where_criteria)
    elif isinstance(statement, sa.Select):
        tables, conditions = [], list(statement._where_criteria)
        for source in statement.get_final_froms():
            for table, condition in _joined(source):
                tables += [table] if _is_owned(table) else []
                conditions += [] if condition is None else [condition]
    else:
        return frozenset(), []
    flat = [part for each in conditions for part in _conjuncts(each)]
    return frozenset(table.name for table in tables), flat


def _joined(source: sa.FromClause) -> Iterator[tuple[Any, ColumnElement[bool] | None]]:
    if isinstance(source, Join):
        for side in (source.left, source.right):
            yield from _joined(side)
        yield None, source.onclause
    else:
        yield source, None


def _is_owned(source: Any) -> bool:
    table = source.element if isinstance(source, AliasedReturnsRows) else source
    return isinstance(table, sa.Table) and "tenant" in table.c


def _conjuncts(clause: Any) -> Iterator[Any]:
    if isinstance(clause, Grouping):
        yield from _conjuncts(clause.element)
    elif isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for part in clause.clauses:
            yield from _conjuncts(part)
    else:
        yield clause


def _named(clause: Any, tenant: str) -> str | None:
    """Return the table whose tenant a condition says to be this one."""
    if getattr(clause, "operator", None) is not operators.eq:
        return None
    column, value = clause.left, clause.right
    if not isinstance(value, BindParameter) or value.effective_value != tenant:
        return None
    return column.table.name if getattr(column, "name", "") == "tenant" else None


def _are_of(statement: sa.Insert, tenant: str, rows: Any) -> bool:
    given = [row["tenant"] for row in rows if "tenant" in row]
    for each in [
        statement._values or {},
        *(row for part in statement._multi_values for row in part),
    ]:
        for column, value in each.items():
            if getattr(column, "name", column) == "tenant":
                given.append(getattr(value, "effective_value", value))
    return bool(given) and set(given) == {tenant}


def _inner(element: Any, *, is_apart: bool = False) -> Iterator[tuple[sa.ClauseElement, bool]]:
    """Yield the statements inside this one; one to read from refers to nothing around it."""
    for child in element.get_children():
        if isinstance(child, sa.Select | CompoundSelect):
            yield child, is_apart
        else:
            yield from _inner(child, is_apart=is_apart or isinstance(child, AliasedReturnsRows))
