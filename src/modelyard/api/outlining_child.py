"""Looks at a dataset before a training, in a process of its own.

It answers with the outline as JSON, or with the error that stands in its way.
"""

import json
from typing import Any

from modelyard.bootstrap import open_project
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import ModelyardError
from modelyard.wire.outlines import OutlineAnswer


def perform(order: Any) -> bytes:
    """Look at what the parent names, and answer what a training would learn from."""
    settings, tenant, dataset, config = order
    project = open_project(settings).of(tenant)
    try:
        outline = project.outlining.outline(dataset, TrainingConfig.from_dict(config))
    except ModelyardError as error:
        return json.dumps({"error": error.to_dict()}).encode()
    return b'{"outline": %s}' % OutlineAnswer.of(outline).model_dump_json().encode()
