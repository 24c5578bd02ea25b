"""A form for the hyperparameters of any algorithm, made from the JSON schema of its card."""

import math
from collections.abc import Mapping
from typing import Any

from modelyard.ui.parts.texts import plain
from modelyard.ui.training.forms import Form

Json = Mapping[str, Any]

# Ranges up to so many steps are dragged, wider ones are typed.
_MOST_STEPS = 100
_NUMBER, _NONE = "a number", "none"


def choose_parameters(
    schema: Json, first: Mapping[str, Any], *, form: Form, name: str
) -> dict[str, Any]:
    """Draw a widget for each hyperparameter, and return those that are not the default.

    Args:
        schema: of them, as the card of the algorithm has it.
        first: values to begin with, over the defaults.
        form: that is filled in.
        name: of the algorithm: another one has widgets of its own.
    """
    import streamlit as st

    chosen: dict[str, Any] = {}
    columns = st.columns(2, gap="large")
    for at, (key, field) in enumerate(schema["properties"].items()):
        default = field["default"]
        with columns[at % 2]:
            value = _choose(key, field, first.get(key, default), form=form, name=f"{name}-{key}")
        if value != default or type(value) is not type(default):
            chosen[key] = value
    return chosen


def _choose(label: str, field: Json, first: Any, *, form: Form, name: str) -> Any:
    """Draw the widget that suits what a hyperparameter may be, and return what it says."""
    import streamlit as st

    kinds = field.get("anyOf", [field])
    words = [word for kind in kinds for word in kind.get("enum", ())]
    number = next((kind for kind in kinds if kind.get("type") in {"integer", "number"}), None)
    # Where the default is a number, one of its values means what none does.
    has_none = field["default"] is None
    said = plain(field["description"])
    if kinds[0].get("type") == "boolean":
        return form.keep(name, st.toggle(plain(label), key=form.key(name, first), help=said))
    if words or has_none:
        options = [*words, *([_NONE] if has_none else []), *([_NUMBER] if number else [])]
        option = _option_of(first, words)
        way = st.selectbox(label, options, key=form.key(name, option, among=options), help=said)
        form.keep(name, way)
        if way != _NUMBER or number is None:
            return None if way == _NONE else way
        label, name = f"{label}: which", f"{name}-number"
        first = first if isinstance(first, int | float) else number.get("minimum", 0)
    if number is not None:
        return _choose_number(label, number, first, form=form, name=name, said=said)
    text = st.text_input(plain(label), key=form.key(name, first or ""), help=said)
    form.keep(name, text)
    return text or (None if first is None else "")


def _choose_number(label: str, kind: Json, first: Any, *, form: Form, name: str, said: str) -> Any:
    import streamlit as st

    is_whole = kind["type"] == "integer"
    cast = int if is_whole else float
    low, high = (
        None if end is None else cast(end) for end in (kind.get("minimum"), kind.get("maximum"))
    )
    step = 1 if is_whole else step_of(first, low=low, high=high)
    key = form.key(name, cast(first))
    is_short = low is not None and high is not None and (high - low) / step <= _MOST_STEPS
    if is_short:
        value = st.slider(plain(label), low, high, step=step, key=key, help=said)
    else:
        value = st.number_input(
            plain(label),
            low,
            high,
            step=step,
            key=key,
            help=said,
            format="%d" if is_whole else "%g",
        )
    return form.keep(name, value)


def step_of(value: float, *, low: float | None, high: float | None) -> float:
    """Return a step that suits a number: a tenth of its size, a hundredth of a short range.

    >>> step_of(0.05, low=0.0001, high=1.0), step_of(1.0, low=0.0, high=1.0)
    (0.001, 0.01)
    """
    if low is not None and high is not None and high - low <= 1 and value >= 0.1:
        return 0.01
    if not value:
        return 0.01 if high is not None and high <= 1 else 0.1
    return float(10.0 ** (math.floor(math.log10(abs(value)) + 1e-9) - 1))


def _option_of(value: Any, words: list[str]) -> str:
    if value is None:
        return _NONE
    return value if value in words else _NUMBER
