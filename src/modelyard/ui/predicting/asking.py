"""Asks a model about rows that are tried out, or about one that is to be written down."""

from collections.abc import Sequence

from modelyard.client.clients import Client
from modelyard.domain.tasks import Task
from modelyard.ui.predicting.rows import Row
from modelyard.wire.models import ModelDetail
from modelyard.wire.predictions import PredictAnswer, PredictOptions, PredictRequest

# In percent, of the interval of a number: as everywhere in Modelyard where nothing is said.
LEVEL = 90.0
# As many reasons as a picture shows beside each other; the others are summed up.
_MOST_REASONS = 10


def ask_row(
    client: Client, detail: ModelDetail, *, row: Row, with_reasons: bool = True
) -> PredictAnswer:
    """Return the answer to a row that is tried out: it is not written down."""
    beside: dict[str, object] = {"explain": _MOST_REASONS} if with_reasons else {}
    options = PredictOptions.model_validate(_level(detail) | beside | {"trial": True})
    return client.predictions.ask(detail.id, PredictRequest(row=row), options=options)


def ask_rows(
    client: Client, detail: ModelDetail, *, rows: Sequence[Row], is_trial: bool = True
) -> PredictAnswer:
    """Return the answers to many rows; those that have none are told in `errors`."""
    options = PredictOptions.model_validate(_level(detail) | {"trial": is_trial})
    return client.predictions.ask(detail.id, PredictRequest(rows=list(rows)), options=options)


def write_down(client: Client, detail: ModelDetail, *, row: Row) -> str | None:
    """Ask about a row for good, and return the id under which the answer is found."""
    options = PredictOptions.model_validate(_level(detail))
    return client.predictions.ask(detail.id, PredictRequest(row=row), options=options).prediction_id


def is_number(detail: ModelDetail) -> bool:
    """Return whether the model answers with a number rather than with a label."""
    return detail.task is Task.REGRESSION


def _level(detail: ModelDetail) -> dict[str, object]:
    return {"interval": LEVEL} if is_number(detail) else {}
