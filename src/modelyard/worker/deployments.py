"""Looks after deployments: starts a serving process for each, watches it, and starts it again.

Several workers share the deployments of every tenant: each is one worker's for a while, which gives
a sign that it still is. A worker's processes end with it, and those of one that is gone are started
by another.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import structlog

from modelyard.domain.deployments import Deployment, DeploymentState
from modelyard.domain.errors import ModelyardError, StoreError
from modelyard.domain.reasons_elsewhere import reason_elsewhere
from modelyard.store.serving_files import ServingFiles
from modelyard.store.watched_deployments import WatchedDeployments
from modelyard.worker.plans import ServingPlan

# How often it looks at what is wanted and whether each process still runs: a query, and a call of
# the system for each.
LOOK_EVERY_S = 0.5
# A claim outlives two signs that did not come, e.g. because the machine was busy.
CLAIM_S, SIGN_EVERY_S = 15.0, 5.0
# As in Kubernetes, which doubles from 10 s to 300 s and forgives after 600 s; a model loads in one
# second where a container takes ten.
FIRST_PAUSE_S, LONGEST_PAUSE_S, FORGIVEN_AFTER_S = 1.0, 60.0, 60.0
# To load and to warm a model takes about a second; a machine that is very busy needs more.
START_WITHIN_S, RENEW_WITHIN_S = 60.0, 10.0
HEALTH_EVERY_S, MOST_MISSES = 5.0, 3
# More than the server gives itself to answer what is on its way.
END_WITHIN_S = 30.0

_Key = tuple[str, str]


class Process(Protocol):
    """A serving process, as `serving_processes.ServingProcess` is one."""

    @property
    def url(self) -> str | None: ...
    def version(self) -> str | None: ...
    def exit_code(self) -> int | None: ...
    def renew(self, plan: ServingPlan) -> None: ...
    def end(self) -> None: ...
    def kill(self) -> None: ...
    def last_words(self) -> str: ...


@dataclass(frozen=True)
class WatchSurroundings:
    """What a watcher works with.

    Attributes:
        files_of: returns where the files of a tenant's deployments lie.
        plan_of: returns what to serve for a deployment, at a port.
        start: starts a process in a deployment's folder.
        refresh_keys: writes the snapshots of keys.
        asks_for_keys: returns whether processes that start now ask for API keys.
        name: of the watcher, that no other has.
        clock: returns seconds, monotonic.
        now: returns the aware UTC time.
    """

    deployments: WatchedDeployments
    files_of: Callable[[str], ServingFiles]
    plan_of: Callable[[Deployment, int], ServingPlan]
    start: Callable[[Path, ServingPlan], Process]
    refresh_keys: Callable[[], None]
    asks_for_keys: Callable[[], bool]
    name: str
    clock: Callable[[], float]
    now: Callable[[], datetime]


@dataclass
class _Served:
    """One deployment and its process.

    Attributes:
        deployment: as it was last read and reported.
        asked_at: when the process was started, or told to serve something else.
        begins_at: when it may be started again.
        looks_at: when it is next asked how it is.
    """

    deployment: Deployment
    process: Process | None = None
    n_failures: int = 0
    n_misses: int = 0
    asked_at: float = 0.0
    begins_at: float = 0.0
    looks_at: float = 0.0
    ends_at: float | None = None


@dataclass
class Watcher:
    """Looks after deployments until it is told to end."""

    surroundings: WatchSurroundings
    _served: dict[_Key, _Served] = field(default_factory=dict)
    _signed_at: float = float("-inf")
    _asks_for_keys: bool = False

    def work(self, *, is_ending: Callable[[], bool]) -> None:
        """Look after deployments until it is to end; its processes answer what is on its way."""
        try:
            while not is_ending():
                try:
                    self.turn()
                except StoreError as error:
                    # The database is away: what runs goes on.
                    structlog.get_logger().warning("the store cannot be reached", error=str(error))
                time.sleep(LOOK_EVERY_S)
        finally:
            self.leave()

    def turn(self) -> None:
        """Do what is due.

        Raises:
            StoreError: if the database cannot be reached.
        """
        try:
            self.surroundings.refresh_keys()
        except StoreError as error:
            # A disk that is full is no reason to leave the processes alone.
            structlog.get_logger().warning("keys of deployments are not fresh", error=str(error))
        self._let_keys_be_asked_for()
        mine = self._mine()
        for key in self._served.keys() - mine.keys():
            # Its record was deleted, or it is another watcher's by now.
            gone = self._served.pop(key)
            if gone.process is not None:
                gone.process.kill()
        for key, deployment in mine.items():
            self._look_after(self._served.setdefault(key, _Served(deployment)), deployment)

    def leave(self) -> None:
        """End every process in order, and let others look after the deployments."""
        running = [each.process for each in self._served.values() if each.process is not None]
        for process in running:
            process.end()
        until = self.surroundings.clock() + END_WITHIN_S
        while any(each.exit_code() is None for each in running):
            if self.surroundings.clock() > until:
                for process in running:
                    process.kill()
                break
            time.sleep(0.05)
        self._served.clear()
        with suppress(StoreError):
            self.surroundings.deployments.release(self.surroundings.name)

    def _let_keys_be_asked_for(self) -> None:
        """End the processes that ask for no keys once that is not right any more.

        They answer what is on their way, and are started again at their addresses.
        """
        asks = self.surroundings.asks_for_keys()
        if asks and not self._asks_for_keys:
            for each in self._served.values():
                if each.process is not None:
                    each.process.end()
        self._asks_for_keys = asks

    def _mine(self) -> Mapping[_Key, Deployment]:
        """Return the deployments that are this watcher's, those among them that nobody had."""
        given, at = self.surroundings, self.surroundings.now()
        every = given.deployments.every()
        is_due = given.clock() - self._signed_at >= SIGN_EVERY_S
        if is_due or any(_has_to_be_claimed(each, at) for each in every):
            until = at + timedelta(seconds=CLAIM_S)
            every = given.deployments.claim(given.name, at=at, until=until)
            self._signed_at = given.clock()
        return {(each.tenant, each.name): each for each in _of(every, given.name)}

    def _look_after(self, served: _Served, wanted: Deployment) -> None:
        if not wanted.is_wanted:
            self._end(served, wanted)
            return
        is_new = wanted.changed_at != served.deployment.changed_at
        if is_new:
            served.begins_at, served.n_failures = 0.0, 0
        served.deployment, served.ends_at = wanted, None
        try:
            if served.process is None:
                self._start(served)
            elif served.process.exit_code() is not None:
                self._fail(served, served.process.last_words())
            elif is_new:
                served.process.renew(self._plan(served))
                served.asked_at = self.surroundings.clock()
            else:
                self._ask(served, served.process)
        except (ModelyardError, OSError) as error:
            self._log("deployment cannot be looked after", served, error=str(error))
            self._fail(served, reason_elsewhere(error))

    def _start(self, served: _Served) -> None:
        clock = self.surroundings.clock()
        if clock < served.begins_at:
            return
        folder = self._files(served).of(served.deployment.name)
        served.process = self.surroundings.start(folder, self._plan(served))
        served.asked_at, served.n_misses = clock, 0
        if served.deployment.state is DeploymentState.READY:
            # The process of a watcher that is gone; it went with it.
            self._report(served, state=DeploymentState.STARTING, ready_at=None)
        self._log("deployment started", served)

    def _ask(self, served: _Served, process: Process) -> None:
        clock, deployment = self.surroundings.clock(), served.deployment
        is_ready = deployment.state is DeploymentState.READY
        if is_ready and clock < served.looks_at:
            return
        version = process.version()
        if version == deployment.version:
            served.looks_at, served.n_misses = clock + HEALTH_EVERY_S, 0
            if not is_ready:
                self._tell_ready(served, process)
            elif clock - served.asked_at > FORGIVEN_AFTER_S:
                served.n_failures = 0
        elif is_ready:
            served.n_misses, served.looks_at = served.n_misses + 1, clock + HEALTH_EVERY_S
            if served.n_misses >= MOST_MISSES:
                self._fail(served, f"its process did not answer {MOST_MISSES} times")
        elif version is not None and clock - served.asked_at > RENEW_WITHIN_S:
            self._repeat_renewal(served, process)
        elif clock - served.asked_at > START_WITHIN_S:
            self._fail(served, f"it was not ready within {START_WITHIN_S:g} s")

    def _repeat_renewal(self, served: _Served, process: Process) -> None:
        """Ask once more for what the process refused; meanwhile the version before answers on."""
        reason = f"the version before answers on: {process.last_words()}"
        self._report(served, state=DeploymentState.FAILING, reason=reason)
        process.renew(self._plan(served))
        served.asked_at = self.surroundings.clock()

    def _tell_ready(self, served: _Served, process: Process) -> None:
        at, url = self.surroundings.now(), process.url
        self._report(served, state=DeploymentState.READY, url=url, reason=None, ready_at=at)
        self._log("deployment ready", served, url=url)

    def _fail(self, served: _Served, reason: str) -> None:
        if served.process is not None:
            served.process.kill()
        served.process = None
        pause = min(FIRST_PAUSE_S * 2**served.n_failures, LONGEST_PAUSE_S)
        served.n_failures += 1
        served.begins_at = self.surroundings.clock() + pause
        self._report(
            served,
            state=DeploymentState.FAILING,
            reason=reason,
            n_restarts=served.deployment.n_restarts + 1,
            ready_at=None,
        )
        self._log("deployment failed", served, reason=reason, again_in_s=pause)

    def _end(self, served: _Served, wanted: Deployment) -> None:
        served.deployment, process = wanted, served.process
        if process is not None:
            clock = self.surroundings.clock()
            if served.ends_at is None:
                process.end()
                served.ends_at = clock + END_WITHIN_S
            if process.exit_code() is None:
                if clock > served.ends_at:
                    process.kill()
                return
        served.process = None
        if wanted.state is not DeploymentState.STOPPED:
            self._report(served, state=DeploymentState.STOPPED, url=None, ready_at=None)
            self._log("deployment stopped", served)

    def _report(self, served: _Served, **changes: object) -> None:
        served.deployment = replace(served.deployment, **changes)  # type: ignore[arg-type]  # fields by name
        given = self.surroundings
        given.deployments.report(served.deployment, given.name)

    def _plan(self, served: _Served) -> ServingPlan:
        # The next process takes the same port, so that the address stays.
        port = int((served.deployment.url or ":0").rpartition(":")[2])
        return self.surroundings.plan_of(served.deployment, port)

    def _files(self, served: _Served) -> ServingFiles:
        return self.surroundings.files_of(served.deployment.tenant)

    def _log(self, event: str, served: _Served, **told: object) -> None:
        deployment = served.deployment
        structlog.get_logger().info(
            event, tenant=deployment.tenant, deployment=deployment.name, **told
        )


def _has_to_be_claimed(deployment: Deployment, at: datetime) -> bool:
    is_over = not deployment.is_wanted and deployment.state is DeploymentState.STOPPED
    return not is_over and not deployment.is_watched(at)


def _of(deployments: Sequence[Deployment], watcher: str) -> Sequence[Deployment]:
    return [each for each in deployments if each.watcher == watcher]
