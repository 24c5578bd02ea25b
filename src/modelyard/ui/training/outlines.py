"""What the platform says of a training before it begins, asked for once a wish and visit."""

import json
from collections import OrderedDict
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.plain import to_plain
from modelyard.wire.configuration_documents import document_of
from modelyard.wire.jobs import TrainingPlan
from modelyard.wire.outlines import OutlineAnswer

_KEPT = "training-outlines"
# Of the wishes that were looked at last: whoever goes back and forth waits once for each.
_MOST_KEPT = 12


def plan_of(dataset: str, config: TrainingConfig) -> TrainingPlan:
    """Return a training as the platform takes it."""
    asked: dict[str, Any] = {"dataset": dataset, "configuration": document_of(config)}
    if config.schema is not None:
        asked["row_schema"] = to_plain(config.schema, "schema")
    return TrainingPlan.model_validate_json(json.dumps(asked))


def outline_of(client: Client, plan: TrainingPlan) -> OutlineAnswer:
    """Return what a training would learn from and may expect.

    Raises:
        ModelyardError: what would stop it before its first fit.
    """
    import streamlit as st

    kept: OrderedDict[str, OutlineAnswer] = st.session_state.setdefault(_KEPT, OrderedDict())
    mark = plan.model_dump_json()
    if mark not in kept:
        kept[mark] = client.jobs.outline(plan)
        while len(kept) > _MOST_KEPT:
            kept.popitem(last=False)
    kept.move_to_end(mark)
    return kept[mark]
