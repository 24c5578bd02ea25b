"""Before a training: what it would learn from and may expect, and how it is written elsewhere."""

import json

from fastapi import Request

from modelyard.api.callers import ProjectOf
from modelyard.api.child import MEMORY_BYTES
from modelyard.api.policies import needs
from modelyard.api.routing import router
from modelyard.domain.errors import TooLargeToOutline
from modelyard.domain.identities import Role
from modelyard.domain.readings import with_dataset
from modelyard.services.reproducing import python_call, shell_command
from modelyard.wire.configuration_documents import spelled
from modelyard.wire.configurations import training_config
from modelyard.wire.jobs import TrainingPlan
from modelyard.wire.outlines import OutlineAnswer, SpellingsAnswer
from modelyard.wire.problem_documents import error_from

ROUTER = router("Jobs")
ASKS = [needs(Role.EDITOR)]

_CHILD = "modelyard.api.outlining_child"
# A million rows of twenty columns are looked at in about a third of it, on two cores.
_TIMEOUT_S = 60.0


@ROUTER.post("/training/outline", dependencies=ASKS)
async def outline_training(
    request: TrainingPlan, project: ProjectOf, connection: Request
) -> OutlineAnswer:
    """Look at a dataset as a training would: task, features, findings, and what AutoML may expect.

    Nothing is fitted and nothing is kept. Findings that would stop the training are told, and so
    may be accepted or mended before it is asked for.
    """
    config = training_config(request.configuration, request.row_schema)
    order = project.settings, project.tenant, request.dataset, config.to_dict()
    answer = await connection.app.state.apart.run(_CHILD, order, timeout_s=_TIMEOUT_S)
    if answer is None:
        raise TooLargeToOutline(
            f"Looking at '{request.dataset}' takes more than {_TIMEOUT_S:.0f} s, or more than "
            f"{MEMORY_BYTES / 1e9:.0f} GB of memory.",
            fix="Start the training: it looks at the table first, with the limits of a job.",
        )
    if not answer:
        raise RuntimeError("the process that looks at datasets ended without an answer")
    told = json.loads(answer)
    if "error" in told:
        raise error_from(json.dumps(told["error"]).encode(), retry_after_s=0)
    return OutlineAnswer.model_validate(told["outline"])


@ROUTER.post("/training/spellings", dependencies=ASKS)
def spell_training(
    request: TrainingPlan, project: ProjectOf, connection: Request
) -> SpellingsAnswer:
    """Write a training as a configuration file, as a command line, and in Python."""
    version = project.named_datasets.get(request.dataset)
    config = training_config(request.configuration, request.row_schema)
    # Whoever has the file alone mends it as the dataset does.
    alone = with_dataset(config, version)
    url = str(connection.base_url).rstrip("/")
    return SpellingsAnswer(
        yaml=spelled(alone, path=version.filename),
        command=f"{shell_command(config, version.reference)} --url {url}",
        python=python_call(alone, version.filename),
    )
