"""An alias goes back the way that it came, past versions that are gone, and no further."""

from collections.abc import Callable

import pytest

from modelyard.domain.errors import Conflict, NotFound
from modelyard.domain.runs import Model
from modelyard.store.databases import Database, TenantDatabase
from modelyard.store.models import Models


@pytest.fixture
def models(records: TenantDatabase, make_model: Callable[..., Model]) -> Models:
    """Return three versions of a name, over which the champion has moved from 1 to 3."""
    kept = Models(records)
    for number in range(3):
        kept.register(make_model("iris", artifact=f"a-{number}", aliases=("champion",)))
    return kept


def _stands_on(models: Models) -> int:
    return models.get("iris@champion").version


def test_each_step_back_is_one_promotion(models: Models) -> None:
    assert [models.roll_back_alias("iris").version for _ in range(2)] == [2, 1]
    with pytest.raises(Conflict, match="no other version before"):
        models.roll_back_alias("iris")
    assert _stands_on(models) == 1


def test_promoting_the_champion_again_is_no_step(models: Models) -> None:
    models.set_alias("iris@3")
    models.roll_back_alias("iris")
    assert _stands_on(models) == 2


def test_a_deleted_version_is_passed_over(models: Models) -> None:
    models.delete("iris@2")
    models.roll_back_alias("iris")
    assert _stands_on(models) == 1


def test_aliases_and_tenants_have_a_past_of_their_own(
    models: Models, database: Database, make_model: Callable[..., Model]
) -> None:
    with pytest.raises(Conflict):
        models.roll_back_alias("iris", "candidate")
    other = Models(database.of("globex"))
    with pytest.raises(NotFound):
        other.roll_back_alias("iris")
    other.register(make_model("iris", artifact="b", aliases=("champion",)))
    with pytest.raises(Conflict):
        other.roll_back_alias("iris")


def test_tags_change_together_or_not_at_all(models: Models) -> None:
    models.change_tags("iris@1", {"a": "1", "b": "2"})
    models.change_tags("iris@1", {"a": None, "b": "3", "never": None})
    assert models.get("iris@1").tags == {"b": "3"}
    with pytest.raises(NotFound):
        models.change_tags("iris@9", {"a": "1"})
