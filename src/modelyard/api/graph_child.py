"""Makes one ONNX graph, in a process of its own.

It opens the model, which the process that answers requests never does.
"""

import json
from pathlib import Path
from typing import Any

from modelyard.bootstrap import open_project
from modelyard.domain.errors import ModelyardError
from modelyard.services.exporting import export


def perform(order: Any) -> bytes:
    """Write the graph that the parent names, and answer why it could not be made, if so."""
    settings, tenant, reference, path = order
    try:
        export(
            open_project(settings).of(tenant).predicting.open(reference), "onnx", path=Path(path)
        )
    except ModelyardError as error:
        return json.dumps(error.to_dict()).encode()
    return b""
