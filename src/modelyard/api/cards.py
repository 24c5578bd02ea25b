"""Cards of components as the API tells them: hyperparameters become a JSON schema, for a form."""

from typing import Any

from modelyard.protocols.algorithms import AlgorithmCard, Parameter
from modelyard.protocols.metrics import MetricCard
from modelyard.wire.catalog import AlgorithmAnswer, MetricAnswer

Json = dict[str, Any]
_NONE = "none"


def told_algorithm(card: AlgorithmCard, *, install: str | None) -> AlgorithmAnswer:
    """Return what is told of an algorithm.

    Args:
        card: of the algorithm.
        install: the command that installs what it lacks here, None for nothing.
    """
    told = {
        "tasks": sorted(card.tasks),
        "takes_tables": card.takes_tables,
        "takes_pictures": card.takes_pictures,
        "install": install,
    }
    return AlgorithmAnswer.model_validate(vars(card) | told | {"parameters": form_of(card)})


def told_metric(card: MetricCard) -> MetricAnswer:
    """Return what is told of a metric."""
    tasks = {"tasks": sorted(card.tasks), "is_default_for": sorted(card.is_default_for)}
    return MetricAnswer.model_validate(vars(card) | tasks | {"wants": card.wants.value})


def form_of(card: AlgorithmCard) -> Json:
    """Return the JSON schema of an algorithm's hyperparameters."""
    return {
        "type": "object",
        "properties": {each.name: _field_of(each) for each in card.parameters},
        "additionalProperties": False,
    }


def _field_of(parameter: Parameter) -> Json:
    told: Json = {"default": parameter.default, "description": parameter.help}
    kinds = _kinds_of(parameter)
    told |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    search = {
        "x-search-low": parameter.search_low,
        "x-search-high": parameter.search_high,
        "x-search-is-log": parameter.is_log or None,
    }
    return told | {name: value for name, value in search.items() if value is not None}


def _kinds_of(parameter: Parameter) -> list[Json]:
    """Return what a value may be; what a training takes is settled by `engine.parameters`."""
    default, choices = parameter.default, parameter.choices
    if isinstance(default, bool):
        return [{"type": "boolean"}]
    ends = {"minimum": parameter.minimum, "maximum": parameter.maximum}
    bounds = {name: end for name, end in ends.items() if end is not None}
    # Elsewhere null means what the word says.
    is_word = default == _NONE
    words = [word for word in choices if word != _NONE or is_word]
    kinds: list[Json] = [{"enum": words}] if words else []
    if bounds or isinstance(default, int | float):
        kinds.append({"type": "integer" if type(default) is int else "number", **bounds})
    elif isinstance(default, str) and not words:
        kinds.append({"type": "string"})
    if default is None or (_NONE in choices and not is_word):
        kinds.append({"type": "null"})
    return kinds
