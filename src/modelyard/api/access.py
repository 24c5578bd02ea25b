"""Models as a caller may see them: one that is not given is told of as one that does not exist."""

from collections.abc import Sequence
from typing import Any

from modelyard.bootstrap import Project
from modelyard.domain.errors import NotFound
from modelyard.domain.identities import Caller
from modelyard.domain.names import ModelReference
from modelyard.domain.runs import Model, Run
from modelyard.wire.bodies import PageOf

# The list of what may be of any model, for a caller who is refused one.
NOTHING: PageOf[Any] = PageOf(items=[], next_cursor=None)


def model_for(caller: Caller, project: Project, *, reference: str) -> Model:
    """Return the version that a reference points to.

    Raises:
        NotFound: if there is none, or the caller is not given the model.
        InvalidValue: if it is not a reference.
    """
    name = ModelReference.parse(reference).name
    caller.require_model(name)
    try:
        return project.models.get(reference)
    except NotFound as error:
        if caller.access.is_full:
            raise
        # The names that are near belong to models that may not be given.
        raise NotFound(f"There is no model '{reference}'.", fix="List the models.") from error


def models_for(caller: Caller, project: Project, *, references: Sequence[str]) -> tuple[Model, ...]:
    """Return what `model_for` would return one by one, with one look into the database.

    Raises:
        NotFound, InvalidValue: as `model_for`.
    """
    for each in references:
        caller.require_model(ModelReference.parse(each).name)
    try:
        return project.models.get_each(references)
    except NotFound:
        # The first that is not there is told as it would be alone.
        return tuple(model_for(caller, project, reference=each) for each in references)


def run_for(caller: Caller, project: Project, *, reference: str) -> Run:
    """Return the run with this id, or with the only id that begins so.

    Raises:
        NotFound: if there is none, or the caller is not given the model that it was to make.
        InvalidValue: if several begin so.
    """
    return runs_for(caller, project, references=[reference])[0]


def runs_for(caller: Caller, project: Project, *, references: Sequence[str]) -> tuple[Run, ...]:
    """Return what `run_for` would return one by one, with one look into the database.

    Raises:
        NotFound, InvalidValue: as `run_for`.
    """
    runs = project.runs.get_each(references)
    for run, reference in zip(runs, references, strict=True):
        if not caller.access.allows(run.name):
            raise NotFound(f"There is no run '{reference}'.", fix="List the runs.")
    return runs
