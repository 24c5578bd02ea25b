"""What is wanted of deployments is kept, and one watcher looks after each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from conftest import START
from modelyard.domain.deployments import Deployment, DeploymentState
from modelyard.domain.errors import Conflict, NotFound
from modelyard.domain.runs import Model
from modelyard.store.databases import Database, TenantDatabase
from modelyard.store.deployments import Deployments
from modelyard.store.models import Models
from modelyard.store.watched_deployments import WatchedDeployments

LATER = START + timedelta(minutes=1)


def _until(at: datetime) -> datetime:
    return at + timedelta(seconds=15)


@pytest.fixture
def model(records: TenantDatabase, make_model: Callable[..., Model]) -> Model:
    return Models(records).register(make_model())


@pytest.fixture
def deployed(records: TenantDatabase, model: Model) -> Deployment:
    return Deployments(records).want("flowers", model, by="user:1", at=START)


def test_what_is_wanted_begins_to_start(records: TenantDatabase, deployed: Deployment) -> None:
    assert (deployed.name, deployed.model, deployed.created_by) == ("flowers", "iris@1", "user:1")
    assert (deployed.state, deployed.is_wanted, deployed.url) == ("starting", True, None)
    assert Deployments(records).get("flowers") == deployed


def test_another_version_takes_the_place_and_the_address_stays(
    records: TenantDatabase,
    database: Database,
    deployed: Deployment,
    make_model: Callable[..., Model],
) -> None:
    watched = WatchedDeployments(database)
    watched.claim("w", at=START, until=_until(START))
    ready = replace(deployed, state=DeploymentState.READY, url="http://x:1", ready_at=START)
    assert watched.report(ready, "w")
    second = Models(records).register(make_model())
    changed = Deployments(records).want("flowers", second, by="user:2", at=LATER)
    assert (changed.model, changed.state, changed.url) == ("iris@2", "starting", "http://x:1")
    assert (changed.created_at, changed.changed_at) == (START, LATER)
    assert (changed.created_by, changed.watcher) == ("user:2", "w")


def test_a_deployment_is_withdrawn_once_and_its_record_stays(
    records: TenantDatabase, deployed: Deployment
) -> None:
    deployments = Deployments(records)
    gone = deployments.withdraw("flowers", at=LATER)
    assert (gone.is_wanted, gone.state) == (False, "stopping")
    with pytest.raises(Conflict):
        deployments.withdraw("flowers", at=LATER)
    assert deployments.get("flowers") == gone


def test_an_unknown_deployment_is_named_with_the_nearest(
    records: TenantDatabase, deployed: Deployment
) -> None:
    with pytest.raises(NotFound, match="flowers"):
        Deployments(records).get("flower")


def test_deployments_are_found_by_model_and_by_version(
    records: TenantDatabase, deployed: Deployment, model: Model
) -> None:
    deployments = Deployments(records)
    deployments.want("again", model, by="user:1", at=START)
    assert [each.name for each in deployments.find()] == ["again", "flowers"]
    assert len(deployments.find(model="iris", version=1)) == 2
    assert deployments.find(model="iris", version=2) == ()
    assert deployments.find(model="other") == ()


def test_nobody_sees_what_another_tenant_deploys(database: Database, deployed: Deployment) -> None:
    others = Deployments(database.of("globex"))
    assert others.find() == ()
    with pytest.raises(NotFound):
        others.withdraw("flowers", at=LATER)


def test_one_watcher_looks_after_a_deployment_until_it_gives_no_sign(
    database: Database, deployed: Deployment
) -> None:
    watched = WatchedDeployments(database)
    assert [each.name for each in watched.claim("a", at=START, until=_until(START))] == ["flowers"]
    assert watched.claim("b", at=START, until=_until(START)) == ()
    assert len(watched.claim("a", at=START, until=_until(LATER))) == 1
    late = _until(LATER)
    assert [each.watcher for each in watched.claim("b", at=late, until=_until(late))] == ["b"]


def test_a_watcher_that_leaves_lets_others_begin_at_once(
    database: Database, deployed: Deployment
) -> None:
    watched = WatchedDeployments(database)
    watched.claim("a", at=START, until=_until(START))
    watched.release("a")
    assert len(watched.claim("b", at=START, until=_until(START))) == 1


def test_what_is_seen_counts_from_whoever_looks_after_it_alone(
    records: TenantDatabase, database: Database, deployed: Deployment
) -> None:
    watched = WatchedDeployments(database)
    watched.claim("a", at=START, until=_until(START))
    failing = replace(deployed, state=DeploymentState.FAILING, reason="no memory")
    assert not watched.report(failing, "b")
    assert watched.report(failing, "a")
    assert Deployments(records).get("flowers").reason == "no memory"


def test_what_was_seen_before_a_change_does_not_count_after_it(
    records: TenantDatabase, database: Database, deployed: Deployment
) -> None:
    watched = WatchedDeployments(database)
    watched.claim("a", at=START, until=_until(START))
    Deployments(records).withdraw("flowers", at=LATER)
    assert not watched.report(replace(deployed, state=DeploymentState.READY), "a")
    assert Deployments(records).get("flowers").state is DeploymentState.STOPPING


def test_what_has_stopped_is_looked_after_no_more(
    records: TenantDatabase, database: Database, deployed: Deployment
) -> None:
    watched = WatchedDeployments(database)
    gone = Deployments(records).withdraw("flowers", at=LATER)
    assert len(watched.claim("a", at=LATER, until=_until(LATER))) == 1
    assert watched.report(replace(gone, state=DeploymentState.STOPPED), "a")
    assert watched.claim("a", at=LATER, until=_until(LATER)) == ()


def test_a_process_that_nobody_looks_after_is_not_told_as_ready(deployed: Deployment) -> None:
    ready = replace(
        deployed, state=DeploymentState.READY, ready_at=START, watched_until=_until(START)
    )
    assert ready.is_ready(START)
    assert not ready.is_ready(_until(START))
    assert ready.seen(_until(START)).state is DeploymentState.STARTING


def test_a_deleted_version_takes_its_deployments_with_it(
    records: TenantDatabase, deployed: Deployment
) -> None:
    Models(records).delete("iris@1", is_forced=True)
    assert Deployments(records).find() == ()
