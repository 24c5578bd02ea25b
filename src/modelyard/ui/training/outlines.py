"""What the platform says of a training before it begins, asked for once a wish and visit."""

import json
from collections import OrderedDict
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import TooLargeToOutline
from modelyard.domain.plain import to_plain
from modelyard.wire.configuration_documents import document_of
from modelyard.wire.jobs import TrainingPlan
from modelyard.wire.outlines import OutlineAnswer

_KEPT = "training-outlines"
# Of the wishes that were looked at last: whoever goes back and forth waits once for each.
_MOST_KEPT = 12
# Of datasets and targets: rows that are drawn of a large table tell of one target and not of
# another, and how long a look at all of them takes hardly depends on what else is wished for.
_TOO_LARGE = "too-large-to-outline"


def plan_of(dataset: str, config: TrainingConfig) -> TrainingPlan:
    """Return a training as the platform takes it."""
    asked: dict[str, Any] = {"dataset": dataset, "configuration": document_of(config)}
    if config.schema is not None:
        asked["row_schema"] = to_plain(config.schema, "schema")
    return TrainingPlan.model_validate_json(json.dumps(asked))


def outline_of(client: Client, plan: TrainingPlan, *, target: str) -> OutlineAnswer | None:
    """Return what a training would learn from and may expect; None where its table is too large.

    Nobody waits twice in a visit to be told that of a target.

    Args:
        client: of the platform.
        plan: of the training.
        target: of the training.

    Raises:
        ModelyardError: what would stop it before its first fit.
    """
    import streamlit as st

    too_large: set[tuple[str, str]] = st.session_state.setdefault(_TOO_LARGE, set())
    if (plan.dataset, target) in too_large:
        return None
    kept: OrderedDict[str, OutlineAnswer] = st.session_state.setdefault(_KEPT, OrderedDict())
    mark = plan.model_dump_json()
    if mark not in kept:
        try:
            kept[mark] = client.jobs.outline(plan)
        except TooLargeToOutline:
            too_large.add((plan.dataset, target))
            return None
        while len(kept) > _MOST_KEPT:
            kept.popitem(last=False)
    kept.move_to_end(mark)
    return kept[mark]
