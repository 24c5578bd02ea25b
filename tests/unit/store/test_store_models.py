"""The registry: versions count up for ever, and a reference means one model."""

import threading
from collections.abc import Callable

import pytest

from modelyard.domain.errors import InvalidValue, NotFound, UnknownKey
from modelyard.domain.queries import ModelQuery
from modelyard.domain.runs import Model, Run, RunStatus
from modelyard.domain.tasks import Task
from modelyard.domain.tenants import LOCAL
from modelyard.store.databases import TenantDatabase, open_database
from modelyard.store.models import Models
from modelyard.store.runs import Runs

MakeModel = Callable[..., Model]


@pytest.fixture
def models(records: TenantDatabase) -> Models:
    return Models(records)


def _references(found: tuple[Model, ...]) -> list[str]:
    return [model.reference for model in found]


def test_a_registered_model_is_read_back_equal(
    models: Models, make_model: MakeModel, records: TenantDatabase, make_run: Callable[..., Run]
) -> None:
    Runs(records).add(make_run("r1"))
    registered = models.register(
        make_model(
            run_id="r1", aliases=("champion", "latest"), tags={"team": "a"}, task=Task.REGRESSION
        )
    )
    assert registered.version == 1
    assert models.get("iris@1") == registered


def test_a_model_and_the_success_of_its_run_appear_together(
    models: Models, make_model: MakeModel, records: TenantDatabase, make_run: Callable[..., Run]
) -> None:
    runs = Runs(records)
    runs.add(make_run("r1"))
    ended = make_run("r1", status=RunStatus.SUCCEEDED, n_rows=9)
    registered = models.register(make_model(run_id="r1", artifact="r1"), made_by=ended)
    found = runs.get("r1")
    assert (found.status, found.model, found.n_rows) == (RunStatus.SUCCEEDED, "iris@1", 9)
    assert models.artifacts() == {registered.artifact} == {"r1"}


def test_a_run_that_has_ended_registers_nothing(
    models: Models, make_model: MakeModel, records: TenantDatabase, make_run: Callable[..., Run]
) -> None:
    Runs(records).add(make_run("r1", status=RunStatus.FAILED))
    ended = make_run("r1", status=RunStatus.SUCCEEDED)
    with pytest.raises(InvalidValue, match="has ended"):
        models.register(make_model(run_id="r1"), made_by=ended)
    assert models.find() == ()
    assert models.register(make_model()).version == 1


def test_versions_of_each_name_count_up_from_one(models: Models, make_model: MakeModel) -> None:
    registered = [models.register(make_model(name)).reference for name in "aaba"]
    assert registered == ["a@1", "a@2", "b@1", "a@3"]


def test_a_version_is_never_given_again_after_deletion(
    models: Models, make_model: MakeModel
) -> None:
    models.register(make_model())
    models.delete("iris@1")
    assert models.register(make_model()).version == 2


def test_parallel_registrations_get_different_versions(
    url: str, records: TenantDatabase, make_model: MakeModel
) -> None:
    given: list[int] = []

    def register() -> None:
        own = open_database(url)
        given.extend(Models(own.of(LOCAL)).register(make_model()).version for _ in range(5))
        own.close()

    threads = [threading.Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(given) == list(range(1, 21))


@pytest.mark.parametrize("name", ["", "a/b", "../x", "'; DROP TABLE", "<img>", "=1+1", "🚀", "a@1"])
def test_a_name_that_is_not_one_is_refused(
    models: Models, make_model: MakeModel, name: str
) -> None:
    with pytest.raises(InvalidValue, match="model's name"):
        models.register(make_model(name))


def test_a_model_of_an_unknown_run_is_refused_and_takes_no_version(
    models: Models, make_model: MakeModel
) -> None:
    with pytest.raises(NotFound, match="run"):
        models.register(make_model(run_id="nowhere"))
    assert models.register(make_model()).version == 1


def test_a_refused_alias_undoes_the_registration(models: Models, make_model: MakeModel) -> None:
    with pytest.raises(InvalidValue, match="alias"):
        models.register(make_model(aliases=("7",)))
    assert models.find() == ()


def test_a_bare_name_is_the_newest_version_until_there_is_a_champion(
    models: Models, make_model: MakeModel
) -> None:
    for _ in range(3):
        models.register(make_model())
    assert models.get("iris").version == 3
    models.set_alias("iris@2")
    assert models.get("iris").version == 2
    assert models.get("iris@champion").version == 2


def test_an_alias_stands_on_one_version_at_a_time(models: Models, make_model: MakeModel) -> None:
    for name in ("iris", "iris", "other"):
        models.register(make_model(name))
    models.set_alias("other@1", "champion")
    models.set_alias("iris@1", "champion")
    promoted = models.set_alias("iris@2", "champion")
    assert promoted.aliases == ("champion",)
    assert models.get("iris@1").aliases == ()
    assert models.get("other@1").aliases == ("champion",)


def test_a_removed_alias_is_gone(models: Models, make_model: MakeModel) -> None:
    models.register(make_model(aliases=("champion",)))
    models.remove_alias("iris", "champion")
    assert models.get("iris@1").aliases == ()
    with pytest.raises(NotFound, match=r"no alias '.*' of iris\."):
        models.remove_alias("iris", "champion")


def test_what_does_not_exist_is_not_found_with_the_nearest(
    models: Models, make_model: MakeModel
) -> None:
    models.register(make_model(aliases=("champion",)))
    with pytest.raises(NotFound, match="Did you mean 'iris'"):
        models.get("irsi")
    with pytest.raises(NotFound, match="Did you mean 'iris@champion'"):
        models.get("iris@champoin")
    with pytest.raises(NotFound, match="Did you mean 'iris@1'"):
        models.get("iris@7")
    with pytest.raises(NotFound, match="Did you mean 'iris'"):
        models.versions("iriss")


def test_many_versions_are_named_in_part(models: Models, make_model: MakeModel) -> None:
    for _ in range(11):
        models.register(make_model("q"))
    with pytest.raises(NotFound, match=r"There are: q@11.* …"):
        models.get("q@a-very-different-alias")


def test_versions_are_listed_newest_first(models: Models, make_model: MakeModel) -> None:
    for name in ("iris", "other", "iris"):
        models.register(make_model(name))
    assert _references(models.versions("iris")) == ["iris@2", "iris@1"]


def test_filters_all_have_to_hold(
    models: Models, make_model: MakeModel, records: TenantDatabase, make_run: Callable[..., Run]
) -> None:
    Runs(records).add(make_run("r1"))
    models.register(make_model("a", algorithm="linear", tags={"k": "1"}, data_sha256="x"))
    models.register(make_model("a", task=Task.REGRESSION, tags={"k": "2"}, run_id="r1"))
    models.register(make_model("b", algorithm="linear", aliases=("champion",)))
    assert _references(models.find(ModelQuery(name="a"))) == ["a@2", "a@1"]
    assert _references(models.find(ModelQuery(algorithm="linear"))) == ["a@1", "b@1"]
    assert _references(models.find(ModelQuery(algorithm="linear", name="b"))) == ["b@1"]
    assert _references(models.find(ModelQuery(task=Task.REGRESSION))) == ["a@2"]
    assert _references(models.find(ModelQuery(alias="champion"))) == ["b@1"]
    assert _references(models.find(ModelQuery(tags={"k": None}))) == ["a@2", "a@1"]
    assert _references(models.find(ModelQuery(tags={"k": "2"}))) == ["a@2"]
    assert _references(models.find(ModelQuery(run_id="r1"))) == ["a@2"]
    assert _references(models.find(ModelQuery(data_sha256="x"))) == ["a@1"]
    assert _references(models.find(ModelQuery(limit=1))) == ["a@2"]


def test_models_are_sorted_by_a_metric(models: Models, make_model: MakeModel) -> None:
    for value in (0.5, 0.9, 0.7):
        models.register(make_model(metrics={"roc-auc": {"value": value}}))
    assert _references(models.find(ModelQuery(sort="roc-auc"))) == ["iris@2", "iris@3", "iris@1"]
    with pytest.raises(UnknownKey, match="Did you mean 'roc-auc'"):
        models.find(ModelQuery(sort="roc_auc"))


def test_a_tag_is_set_replaced_and_taken_off(models: Models, make_model: MakeModel) -> None:
    models.register(make_model())
    models.tag("iris", "=1+1", value="'; DROP TABLE ml_models")
    models.tag("iris", "=1+1", value="<img>")
    assert models.get("iris").tags == {"=1+1": "<img>"}
    models.untag("iris", "=1+1")
    assert models.get("iris").tags == {}
    with pytest.raises(NotFound, match=r"no tag '.*' on iris@1\."):
        models.untag("iris", "=1+1")


def test_the_champion_is_deleted_by_force_only(models: Models, make_model: MakeModel) -> None:
    models.register(make_model(aliases=("champion",), tags={"a": "b"}))
    with pytest.raises(InvalidValue, match="iris@1 is the champion"):
        models.delete("iris")
    assert models.delete("iris", is_forced=True).tags == {"a": "b"}
    with pytest.raises(NotFound):
        models.get("iris")


def test_each_of_many_bears_its_own_aliases_and_tags(models: Models, make_model: MakeModel) -> None:
    for at in range(210):
        models.register(make_model(f"m{at % 7}", tags={"at": str(at)}))
    models.set_alias("m3@2", "live")
    models.delete("m3@3")
    found = {model.reference: model for model in models.find()}
    assert len(found) == 209
    assert found["m3@2"].aliases == ("live",)
    assert found["m3@1"].aliases == ()
    assert (found["m3@2"].tags, found["m4@30"].tags) == ({"at": "10"}, {"at": "207"})
