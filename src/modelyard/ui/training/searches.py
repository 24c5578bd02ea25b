"""How one algorithm is tuned: which hyperparameters, where they are looked for, and how long."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from modelyard.domain.configs import SearchConfig
from modelyard.kit.numerals import number
from modelyard.ui.training.budgets import choose_seconds
from modelyard.ui.training.forms import Form
from modelyard.wire.catalog import AlgorithmAnswer

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "bayesian": "Bayesian: learns from what it has tried",
        "random": "Random: anywhere in the ranges",
        "grid": "Grid: every combination of a few values",
    }
)
_TRIALS, _TIME = "trials", "time"
_BUDGETS: Mapping[str, str] = MappingProxyType(
    {_TRIALS: "After so many trials", _TIME: "After a time"}
)
# As the search itself has where nothing is said.
_USUAL_TRIALS, _USUAL_S = 30, 60.0
_AUTO = "auto"


def choose_search(algorithm: AlgorithmAnswer, first: SearchConfig, *, form: Form) -> SearchConfig:
    """Draw what is searched for and how long, and return the search."""
    import streamlit as st

    fields = {
        name: field
        for name, field in algorithm.parameters["properties"].items()
        if _where(field) is not None
    }
    if not fields:
        st.info(f"{algorithm.title} has nothing that is worth tuning: train it as it is.")
        return first
    names = list(fields)
    named = [name for name in first.space if name in fields]
    key = form.key(f"space-{algorithm.key}", named or names)
    chosen = st.multiselect(
        "Look for the best",
        names,
        format_func=lambda name: f"{name}: {_where(fields[name])}",
        key=key,
        help="Fewer of them are searched more thoroughly in the same time.",
    )
    form.keep(f"space-{algorithm.key}", chosen)
    kept = {name: first.space.get(name, _AUTO) for name in chosen}
    left, right = st.columns(2, gap="large")
    with left:
        kind = st.selectbox(
            "How",
            list(_TYPES),
            format_func=_TYPES.__getitem__,
            key=form.key("search-type", first.search_type, among=_TYPES),
        )
        form.keep("search-type", kind)
    with right:
        n_trials, seconds = _choose_budget(first, form=form)
    space = {} if set(chosen) in ({*names}, set()) and not first.space else kept
    return replace(first, search_type=kind, n_trials=n_trials, time_limit_s=seconds, space=space)


def _choose_budget(first: SearchConfig, *, form: Form) -> tuple[int | None, float | None]:
    import streamlit as st

    usual = _TIME if first.time_limit_s is not None else _TRIALS
    budget = st.selectbox(
        "It ends",
        list(_BUDGETS),
        format_func=_BUDGETS.__getitem__,
        key=form.key("search-budget", usual),
    )
    form.keep("search-budget", budget)
    if budget == _TIME:
        seconds = choose_seconds(
            "Time for trials", first.time_limit_s or _USUAL_S, name="search-seconds", form=form
        )
        return None, seconds
    key = form.key("search-trials", first.n_trials or _USUAL_TRIALS)
    n_trials = st.number_input("Trials", 1, 10_000, key=key)
    return int(form.keep("search-trials", n_trials)), None


def _where(field: Mapping[str, Any]) -> str | None:
    """Return where a hyperparameter is searched; None where it is not."""
    low, high = field.get("x-search-low"), field.get("x-search-high")
    if low is not None and high is not None:
        return f"{number(low)} to {number(high)}"
    words = field.get("enum")
    return ", ".join(words) if words else None
