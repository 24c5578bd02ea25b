"""The listener that watches every store test tells a statement that forgets its tenant."""

import importlib
import inspect
import pkgutil

import pytest
import sqlalchemy as sa

from modelyard import store
from modelyard.store.databases import Database, TenantDatabase
from modelyard.store.tables.models import ML_MODEL_TAGS, ML_MODELS
from modelyard.store.tables.runs import TRAINING_JOB_TAGS as TAGS
from modelyard.store.tables.runs import TRAINING_JOBS as JOBS
from tenancy import forgotten

OURS = JOBS.c.tenant == "acme"
_TAGGED = sa.exists().where(TAGS.c.job_id == JOBS.c.id, TAGS.c.key == "a")
_OUR_IDS = sa.select(JOBS.c.id).where(OURS).subquery()

FORGETFUL = {
    "no condition": sa.select(JOBS),
    "another tenant": sa.select(JOBS).where(JOBS.c.tenant == "globex"),
    "one of two alternatives": sa.select(JOBS).where(sa.or_(OURS, JOBS.c.id == "a")),
    "what is not so": sa.select(JOBS).where(sa.not_(OURS)),
    "a joined table": sa.select(JOBS).join(TAGS, TAGS.c.job_id == JOBS.c.id).where(OURS),
    "a subquery": sa.select(JOBS).where(OURS, _TAGGED),
    "what a subquery is about": sa.select(JOBS).where(_TAGGED.where(TAGS.c.tenant == "acme")),
    "a table beside a subquery": sa.select(TAGS).where(TAGS.c.job_id.in_(sa.select(_OUR_IDS.c.id))),
    "a subquery to read from": sa.select(sa.select(JOBS).subquery().c.id),
    "a part of a union": sa.union(sa.select(JOBS.c.id).where(OURS), sa.select(JOBS.c.id)),
    "an alias": sa.select(JOBS.alias("other")).where(OURS),
    "an update": sa.update(JOBS).where(JOBS.c.id == "a").values(name="b"),
    "a deletion": sa.delete(JOBS).where(JOBS.c.id == "a"),
    "a deletion by a subquery": sa.delete(TAGS).where(
        TAGS.c.tenant == "acme", TAGS.c.job_id.in_(sa.select(JOBS.c.id))
    ),
    "an insertion for another": sa.insert(TAGS).values(tenant="globex", job_id="a", key="b"),
    "an insertion for nobody": sa.insert(TAGS).values(job_id="a", key="b"),
}

MINDFUL = {
    "a condition": sa.select(JOBS).where(OURS, JOBS.c.id == "a"),
    "an and of conditions": sa.select(JOBS).where(sa.and_(JOBS.c.id == "a", OURS)),
    "a tag": sa.select(JOBS).where(OURS, _TAGGED.where(TAGS.c.tenant == "acme")),
    "an update": sa.update(JOBS).where(OURS).values(name="b"),
    "a deletion": sa.delete(JOBS).where(OURS),
    "an insertion": sa.insert(TAGS).values(tenant="acme", job_id="a", key="b"),
    "a subquery to read from": sa.select(TAGS).where(
        TAGS.c.tenant == "acme",
        TAGS.c.job_id.in_(
            sa.select(
                sa.select(JOBS.c.id)
                .where(OURS, _TAGGED.where(TAGS.c.tenant == "acme"))
                .subquery()
                .c.id
            )
        ),
    ),
    "a table of nobody": sa.select(sa.table("others", sa.column("x"))),
    "a join": sa.select(ML_MODELS)
    .join(
        ML_MODEL_TAGS,
        sa.and_(ML_MODEL_TAGS.c.tenant == "acme", ML_MODEL_TAGS.c.model_name == ML_MODELS.c.name),
    )
    .where(ML_MODELS.c.tenant == "acme"),
}


@pytest.mark.parametrize("statement", FORGETFUL.values(), ids=FORGETFUL)
def test_a_statement_that_forgets_its_tenant_is_told(statement: sa.ClauseElement) -> None:
    assert list(forgotten(statement, "acme"))


@pytest.mark.parametrize("statement", MINDFUL.values(), ids=MINDFUL)
def test_a_statement_that_names_its_tenant_is_right(statement: sa.ClauseElement) -> None:
    assert list(forgotten(statement, "acme")) == []


def test_rows_that_are_inserted_together_belong_to_the_tenant_all() -> None:
    ours = {"tenant": "acme", "job_id": "a", "key": "b", "value": ""}
    foreign = {**ours, "tenant": "globex"}
    assert list(forgotten(sa.insert(TAGS), "acme", rows=[ours, ours])) == []
    assert list(forgotten(sa.insert(TAGS), "acme", rows=[ours, foreign])) == [TAGS.name]


def test_the_statements_of_every_store_are_listened_to(
    records: TenantDatabase, wrong_statements: list[str]
) -> None:
    with records.reading() as connection:
        connection.execute(sa.select(JOBS))
    assert "training_jobs of 'local'" in wrong_statements.pop()


# Stores that look at the records of every tenant, and why they must.
SPANNING = {
    "Claims": "a worker serves every tenant, and fairly",
    "Logins": "whoever logs in says nothing of a tenant",
    "KeyRing": "a key that is sent says nothing of its tenant",
    "Tenants": "the list of tenants belongs to none of them",
    "WatchedDeployments": "a machine serves the deployments of every tenant",
}


def test_only_stores_with_a_reason_see_the_records_of_every_tenant() -> None:
    found = set()
    for info in pkgutil.iter_modules(store.__path__, prefix=f"{store.__name__}."):
        module = importlib.import_module(info.name)
        for name, each in inspect.getmembers(module, inspect.isclass):
            if each.__module__ != info.name or info.name.endswith(".databases"):
                continue
            given = inspect.signature(each).parameters.values()
            if any(parameter.annotation is Database for parameter in given):
                found.add(name)
    assert found == set(SPANNING)
