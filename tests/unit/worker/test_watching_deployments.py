"""A watcher starts what is wanted, starts it again with ever longer pauses, and ends it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from modelyard.domain.deployments import Deployment
from modelyard.domain.errors import StoreError
from modelyard.domain.runs import Model
from modelyard.domain.tasks import Task
from modelyard.store.databases import Database, open_database
from modelyard.store.deployments import Deployments
from modelyard.store.models import Models
from modelyard.store.serving_files import ServingFiles
from modelyard.store.watched_deployments import WatchedDeployments
from modelyard.worker.deployments import (
    CLAIM_S,
    END_WITHIN_S,
    FIRST_PAUSE_S,
    FORGIVEN_AFTER_S,
    HEALTH_EVERY_S,
    LONGEST_PAUSE_S,
    MOST_MISSES,
    RENEW_WITHIN_S,
    START_WITHIN_S,
    Watcher,
    WatchSurroundings,
)
from modelyard.worker.plans import ServingPlan

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class _Process:
    """A serving process that does what a test says."""

    plan: ServingPlan
    url: str | None = None
    serves: str | None = None
    code: int | None = None
    did: list[str] = field(default_factory=list)

    def answer(self, version: str, port: int = 4000) -> None:
        self.url, self.serves = f"http://127.0.0.1:{self.plan.port or port}", version

    def version(self) -> str | None:
        return self.serves

    def exit_code(self) -> int | None:
        return self.code

    def renew(self, plan: ServingPlan) -> None:
        self.plan = plan
        self.did.append("renew")

    def end(self) -> None:
        self.did.append("end")

    def kill(self) -> None:
        self.did.append("kill")
        self.code = -9

    def last_words(self) -> str:
        return "no memory"


class _World:
    """A database with one deployed model, a clock, and watchers of it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.seconds = 1000.0
        self.database, self.folder = database, folder
        self.records = database.of("local")
        self.deployments = Deployments(self.records)
        self.started: list[_Process] = []
        self.refresh_keys: Callable[[], None] = lambda: None
        self.refuses: Exception | None = None
        self.asks_for_keys = False
        self.model = self.register()
        self.deployments.want("flowers", self.model, by="user:1", at=self.now())

    def register(self) -> Model:
        model = Model(
            name="iris",
            version=0,
            artifact="a",
            sha256="ab" * 32,
            run_id="",
            task=Task.BINARY,
            algorithm="x",
            metric="accuracy",
            metrics={},
            data_sha256="",
            size_bytes=1,
            created_at=START,
        )
        return Models(self.records).register(model)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def watcher(self, name: str = "w") -> Watcher:
        return Watcher(
            WatchSurroundings(
                deployments=WatchedDeployments(self.database),
                files_of=lambda tenant: ServingFiles(self.folder / tenant),
                plan_of=self._plan,
                start=self._start,
                refresh_keys=self.refresh_keys,
                asks_for_keys=lambda: self.asks_for_keys,
                name=name,
                clock=lambda: self.seconds,
                now=self.now,
            )
        )

    @property
    def flowers(self) -> Deployment:
        return self.deployments.get("flowers")

    @property
    def process(self) -> _Process:
        return self.started[-1]

    def turn(self, watcher: Watcher, seconds: float = 0.0) -> None:
        self.seconds += seconds
        watcher.turn()

    def make_ready(self, watcher: Watcher) -> _Process:
        self.turn(watcher)
        self.process.answer("1")
        self.turn(watcher, 1)
        return self.process

    def _start(self, folder: Path, plan: ServingPlan) -> _Process:
        assert folder == self.folder / "local" / "deployments" / "flowers"
        if self.refuses is not None:
            raise self.refuses
        self.started.append(_Process(plan))
        return self.process

    @staticmethod
    def _plan(deployment: Deployment, port: int) -> ServingPlan:
        told: dict[str, Any] = {"package": "p", "sha256": "s", "trusted": (), "host": "127.0.0.1"}
        return ServingPlan(
            name=deployment.name,
            tenant=deployment.tenant,
            reference=deployment.model,
            port=port,
            keys=None,
            log="l",
            **told,
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[_World]:
    database = open_database("sqlite://")
    yield _World(database, tmp_path)
    database.close()


def test_what_is_wanted_is_started_and_told_as_ready_when_it_answers(world: _World) -> None:
    watcher = world.watcher()
    world.turn(watcher)
    assert world.flowers.state == "starting"
    assert (world.process.plan.reference, world.process.plan.port) == ("iris@1", 0)
    world.process.answer("1")
    world.turn(watcher, 1)
    seen = world.flowers
    assert (seen.state, seen.url, seen.ready_at) == ("ready", "http://127.0.0.1:4000", world.now())
    assert seen.is_ready(world.now())


def test_a_process_that_died_is_started_again_at_its_address(world: _World) -> None:
    watcher = world.watcher()
    world.make_ready(watcher).code = -9
    world.turn(watcher, 1)
    assert (world.flowers.state, world.flowers.reason) == ("failing", "no memory")
    assert (world.flowers.n_restarts, len(world.started)) == (1, 1)
    world.turn(watcher, FIRST_PAUSE_S)
    assert (len(world.started), world.process.plan.port) == (2, 4000)
    world.process.answer("1")
    world.turn(watcher, 1)
    assert (world.flowers.state, world.flowers.reason) == ("ready", None)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (StoreError("/srv/keys is away.", elsewhere="The disk is away."), "The disk is away."),
        (PermissionError(13, "Permission denied", "/srv/keys"), "Permission denied"),
    ],
    ids=["store", "system"],
)
def test_why_nothing_starts_is_told_without_the_places_of_the_machine(
    world: _World, error: Exception, reason: str
) -> None:
    world.refuses = error
    world.turn(world.watcher())
    assert (world.flowers.state, world.flowers.reason) == ("failing", reason)


def test_keys_that_cannot_be_written_stop_no_watching(world: _World) -> None:
    def fail() -> None:
        raise StoreError("The disk is full.", fix="Make room.")

    world.refresh_keys = fail
    assert world.make_ready(world.watcher()).serves == "1"
    assert world.flowers.state == "ready"


def test_a_process_that_asks_for_no_keys_is_ended_once_keys_are_to_be_asked_for(
    world: _World,
) -> None:
    watcher = world.watcher()
    process = world.make_ready(watcher)
    world.turn(watcher, 1)
    assert process.did == []
    world.asks_for_keys = True
    world.turn(watcher, 1)
    world.turn(watcher, 1)
    assert process.did == ["end"]


def test_where_keys_are_asked_for_from_the_start_nothing_is_ended(world: _World) -> None:
    world.asks_for_keys = True
    watcher = world.watcher()
    process = world.make_ready(watcher)
    world.turn(watcher, 1)
    assert process.did == []


def test_the_pauses_double_up_to_a_longest(world: _World) -> None:
    watcher, pauses = world.watcher(), []
    for _ in range(9):
        world.turn(watcher)
        world.process.code = 1
        world.turn(watcher)
        begun, n_started = world.seconds, len(world.started)
        while len(world.started) == n_started:
            world.turn(watcher, 0.5)
        pauses.append(world.seconds - begun)
    assert pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_PAUSE_S]


def test_a_process_that_has_answered_for_a_while_is_forgiven(world: _World) -> None:
    watcher = world.watcher()
    world.make_ready(watcher).code = 1
    world.turn(watcher)
    world.turn(watcher, FIRST_PAUSE_S)
    world.process.answer("1")
    for _ in range(20):
        world.turn(watcher, FORGIVEN_AFTER_S / 10)
    world.process.code = 1
    world.turn(watcher)
    world.turn(watcher, FIRST_PAUSE_S)
    assert len(world.started) == 3


def test_a_process_that_does_not_answer_any_more_is_ended_and_started_again(
    world: _World,
) -> None:
    watcher = world.watcher()
    process = world.make_ready(watcher)
    process.serves = None
    for _ in range(MOST_MISSES):
        assert process.code is None
        world.turn(watcher, HEALTH_EVERY_S)
    assert (process.code, world.flowers.state) == (-9, "failing")


def test_a_process_that_does_not_begin_to_answer_is_ended(world: _World) -> None:
    watcher = world.watcher()
    world.turn(watcher)
    world.turn(watcher, START_WITHIN_S + 1)
    assert world.process.code == -9
    assert "not ready within" in (world.flowers.reason or "")


def test_another_version_is_put_in_place_by_the_process_that_runs(world: _World) -> None:
    watcher = world.watcher()
    process = world.make_ready(watcher)
    world.seconds += 1
    world.deployments.want("flowers", world.register(), by="user:1", at=world.now())
    world.turn(watcher)
    assert (process.did, process.plan.reference) == (["renew"], "iris@2")
    assert world.flowers.state == "starting"
    process.answer("2")
    world.turn(watcher, 1)
    assert (world.flowers.state, world.flowers.model) == ("ready", "iris@2")
    assert len(world.started) == 1


def test_a_version_that_is_refused_leaves_the_one_before_answering(world: _World) -> None:
    watcher = world.watcher()
    process = world.make_ready(watcher)
    world.seconds += 1
    world.deployments.want("flowers", world.register(), by="user:1", at=world.now())
    world.turn(watcher)
    world.turn(watcher, RENEW_WITHIN_S + 1)
    assert process.did == ["renew", "renew"]
    assert process.code is None
    assert world.flowers.state == "failing"
    assert world.flowers.reason == "the version before answers on: no memory"


def test_what_is_withdrawn_answers_what_is_on_its_way_and_stops(world: _World) -> None:
    watcher = world.watcher()
    process = world.make_ready(watcher)
    world.deployments.withdraw("flowers", at=world.now())
    world.turn(watcher)
    assert (process.did, world.flowers.state) == (["end"], "stopping")
    process.code = 0
    world.turn(watcher, 1)
    assert (world.flowers.state, world.flowers.url) == ("stopped", None)
    world.turn(watcher, CLAIM_S)
    assert len(world.started) == 1


def test_what_does_not_end_by_itself_is_ended(world: _World) -> None:
    watcher = world.watcher()
    process = world.make_ready(watcher)
    world.deployments.withdraw("flowers", at=world.now())
    world.turn(watcher)
    world.turn(watcher, END_WITHIN_S + 1)
    assert process.did == ["end", "kill"]
    world.turn(watcher)
    assert world.flowers.state == "stopped"


def test_what_is_deployed_again_while_it_stops_is_started_anew(world: _World) -> None:
    watcher = world.watcher()
    process = world.make_ready(watcher)
    world.deployments.withdraw("flowers", at=world.now())
    world.turn(watcher)
    world.seconds += 1
    world.deployments.want("flowers", world.model, by="user:1", at=world.now())
    process.code = 0
    world.turn(watcher)
    world.turn(watcher, LONGEST_PAUSE_S)
    assert len(world.started) == 2


def test_one_of_two_watchers_looks_after_a_deployment(world: _World) -> None:
    first, second = world.watcher("a"), world.watcher("b")
    world.turn(first)
    world.turn(second)
    assert len(world.started) == 1


def test_the_deployments_of_a_watcher_that_is_gone_are_started_by_another(world: _World) -> None:
    world.make_ready(world.watcher("a"))
    second = world.watcher("b")
    world.turn(second)
    assert len(world.started) == 1
    assert world.flowers.state == "ready"
    world.turn(second, CLAIM_S + 1)
    assert len(world.started) == 2
    # It is another process now, which has not answered yet.
    assert (world.flowers.state, world.process.plan.port) == ("starting", 4000)


def test_a_watcher_that_lost_a_deployment_ends_its_process(world: _World) -> None:
    first, second = world.watcher("a"), world.watcher("b")
    process = world.make_ready(first)
    world.turn(second, CLAIM_S + 1)
    world.turn(first)
    assert process.code == -9


def test_a_watcher_that_leaves_ends_its_processes_and_lets_others_begin(world: _World) -> None:
    first = world.watcher("a")
    process = world.make_ready(first)
    process.code = 0
    first.leave()
    assert process.did == ["end"]
    world.turn(world.watcher("b"))
    assert len(world.started) == 2


def test_a_deployment_whose_model_was_deleted_is_ended(world: _World) -> None:
    watcher = world.watcher()
    process = world.make_ready(watcher)
    Models(world.records).delete("iris@1", is_forced=True)
    world.turn(watcher)
    assert process.code == -9
