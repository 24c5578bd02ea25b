"""Stores that write within one transaction of a thread change their records together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from modelyard.domain.errors import NotFound
from modelyard.domain.runs import Model
from modelyard.store.databases import Database
from modelyard.store.models import Models
from modelyard.store.tables.models import ML_MODELS


@pytest.fixture
def models(database: Database) -> Models:
    return Models(database.of("acme"))


def test_what_is_written_within_is_seen_within_and_by_others_at_the_end(
    database: Database, models: Models, make_model: Callable[..., Model]
) -> None:
    with ThreadPoolExecutor(1) as elsewhere, database.of("acme").writing():
        models.register(make_model("iris"))
        assert len(models.find()) == 1
        assert elsewhere.submit(models.find).result(timeout=60) == ()
    assert len(models.find()) == 1


def test_an_inner_write_that_fails_takes_back_its_own_changes_alone(
    database: Database, models: Models, make_model: Callable[..., Model]
) -> None:
    def fail_within() -> None:
        with database.of("acme").writing() as connection:
            connection.execute(sa.delete(ML_MODELS).where(ML_MODELS.c.tenant == "acme"))
            models.get("none")

    with database.of("acme").writing():
        models.register(make_model("iris"))
        with pytest.raises(NotFound):
            fail_within()
    assert [model.name for model in models.find()] == ["iris"]


def test_a_write_for_another_tenant_within_is_of_that_tenant(
    database: Database, models: Models, make_model: Callable[..., Model]
) -> None:
    with database.of("acme").writing() as connection:
        Models(database.of("globex")).register(make_model("wine"))
        own = sa.select(ML_MODELS.c.name).where(ML_MODELS.c.tenant == "acme")
        assert connection.execute(own).all() == []
    assert [model.name for model in Models(database.of("globex")).find()] == ["wine"]


def test_after_a_transaction_that_failed_the_next_one_stands_alone(
    database: Database, models: Models, make_model: Callable[..., Model]
) -> None:
    with pytest.raises(RuntimeError), database.of("acme").writing():
        raise RuntimeError
    models.register(make_model("iris"))
    assert len(models.find()) == 1
