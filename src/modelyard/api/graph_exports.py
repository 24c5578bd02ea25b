"""Has a model made into one ONNX graph, by a process of its own that is gone afterwards."""

import shutil
import tempfile
from pathlib import Path

from modelyard.api.apart import Apart
from modelyard.bootstrap import Project
from modelyard.domain.errors import Unavailable
from modelyard.wire.problem_documents import error_from

# Three seconds are usual on two cores, the start of the process included.
_TIMEOUT_S = 60.0
_CHILD = "modelyard.api.graph_child"


async def export_graph(apart: Apart, project: Project, *, reference: str) -> Path:
    """Return the file of a graph, in a folder of its own that the caller deletes.

    Args:
        apart: runs processes.
        project: of the tenant.
        reference: `name@version` of a model that the caller may see.

    Raises:
        UsageError: if a step of the recipe has no graph form.
        ParityExceeded: if the graph does not answer as the package does.
        PackageError: if the package is not the one that was registered.
        Unavailable: if it takes too long, or too much memory.
    """
    folder = Path(tempfile.mkdtemp(prefix="modelyard-onnx-"))
    path = folder / "model.onnx"
    order = project.settings, project.tenant, reference, str(path)
    said = await apart.run(_CHILD, order, timeout_s=_TIMEOUT_S)
    if path.exists():
        return path
    shutil.rmtree(folder)
    if said:
        raise error_from(said, retry_after_s=1)
    raise Unavailable(
        f"The graph of {reference} was not made: it took too long, or too much memory.",
        fix="Ask again later; where the project lies, `modelyard export` has no such limits.",
    )
