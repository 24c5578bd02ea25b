"""Changes the registry for a caller; each deed is recorded in the transaction that does it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from modelyard.domain.errors import Conflict
from modelyard.domain.identities import Caller
from modelyard.domain.runs import Model, Run
from modelyard.services.audit import Audit
from modelyard.store.artifacts import Artifacts
from modelyard.store.models import Models
from modelyard.store.runs import Runs


@dataclass(frozen=True)
class RegistryService:
    """Moves, tags and deletes models and runs.

    Attributes:
        served_as: returns the names under which a version is to be served now.
    """

    models: Models
    runs: Runs
    artifacts: Artifacts
    audit: Audit
    served_as: Callable[[Model], Sequence[str]]

    def promote(self, caller: Caller, reference: str, *, alias: str) -> Model:
        """Put an alias on a version; it leaves the version that had it.

        Raises:
            NotFound: if there is no such version.
            InvalidValue: if the alias is not allowed.
        """
        details = {"alias": alias}
        with self.audit.recorded(caller, "model.promote", target=reference, details=details):
            return self.models.set_alias(reference, alias)

    def demote(self, caller: Caller, name: str, *, alias: str) -> None:
        """Take an alias off whichever version of the name it stands on.

        Raises:
            NotFound: if it stands on none.
        """
        with self.audit.recorded(caller, "model.demote", target=name, details={"alias": alias}):
            self.models.remove_alias(name, alias)

    def roll_back(self, caller: Caller, name: str, *, alias: str) -> Model:
        """Put an alias back on the version that it stood on last, and return that.

        Raises:
            Conflict: if it stood on no other before.
        """
        with self.audit.recorded(caller, "model.roll_back", target=name, details={"alias": alias}):
            return self.models.roll_back_alias(name, alias)

    def tag(self, caller: Caller, reference: str, *, tags: Mapping[str, str | None]) -> Model:
        """Set tags of a version, take off those that are None, and return it."""
        details = {"tags": dict(tags)}
        with self.audit.recorded(caller, "model.tag", target=reference, details=details):
            self.models.change_tags(reference, tags)
            return self.models.get(reference)

    def delete(self, caller: Caller, model: Model, *, is_forced: bool = False) -> None:
        """Delete a version and its package; its number is never given again.

        Raises:
            InvalidValue: if it is the champion and `is_forced` is not set.
            Conflict: if it is being served.
        """
        target = model.reference
        with self.audit.recorded(caller, "model.delete", target=target, makes_room=True):
            served = self.served_as(model)
            if served:
                raise Conflict(
                    f"{model.reference} is served as {', '.join(served)}.", fix="Undeploy it first."
                )
            self.models.delete(model.reference, is_forced=is_forced)
        # The record went first: a package without one is swept later.
        self.artifacts.delete(model.artifact)

    def tag_run(self, caller: Caller, run: Run, *, tags: Mapping[str, str | None]) -> Run:
        """Set tags of a run, take off those that are None, and return it."""
        details = {"tags": dict(tags)}
        with self.audit.recorded(caller, "run.tag", target=run.id, details=details):
            self.runs.change_tags(run.id, tags)
            return self.runs.get(run.id)

    def delete_run(self, caller: Caller, run: Run) -> None:
        """Forget a run.

        Raises:
            InvalidValue: if the model that it made is still registered.
        """
        with self.audit.recorded(caller, "run.delete", target=run.id, makes_room=True):
            self.runs.delete(run.id)
