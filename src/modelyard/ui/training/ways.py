"""Which way a training goes: AutoML, one algorithm as it is set, or one that is tuned."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from modelyard.client.clients import Client
from modelyard.domain.configs import SearchConfig, TrainingConfig
from modelyard.domain.splits import Shares
from modelyard.domain.tasks import Task
from modelyard.ui.parts.texts import plain
from modelyard.ui.training.budgets import choose_budget
from modelyard.ui.training.forms import Form
from modelyard.ui.training.parameters import choose_parameters
from modelyard.ui.training.searches import choose_search
from modelyard.wire.catalog import AlgorithmAnswer

_AUTOML, _ONE, _TUNED = "automl", "one", "tuned"
_WAYS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        _AUTOML: ("Find the best", "Many models compete, and the best are blended (AutoML)."),
        _ONE: ("One algorithm", "You choose it and set it."),
        _TUNED: ("Tune one", "You choose it; what it is set to is searched for."),
    }
)
_ALGORITHMS = "algorithms"


def algorithms_of(client: Client) -> Sequence[AlgorithmAnswer]:
    """Return what can be trained here; asked for once a visit, for it does not change."""
    import streamlit as st

    if _ALGORITHMS not in st.session_state:
        st.session_state[_ALGORITHMS] = client.platform.algorithms().items
    found: Sequence[AlgorithmAnswer] = st.session_state[_ALGORITHMS]
    return found


def choose_way(
    client: Client,
    config: TrainingConfig,
    *,
    task: Task | None,
    form: Form,
    sees_pictures: bool = False,
) -> TrainingConfig:
    """Draw the choice between the ways, and what belongs to the chosen one.

    Args:
        client: of the platform.
        config: to begin with.
        task: that the target asks for, None where that is not known yet.
        form: that is filled in.
        sees_pictures: whether it learns from pictures, which AutoML knows nothing of.
    """
    import streamlit as st

    first = _AUTOML if config.automl else _TUNED if config.search else _ONE
    ways = [way for way in _WAYS if not (sees_pictures and way == _AUTOML)]
    way = st.radio(
        "Way",
        ways,
        format_func=lambda each: _WAYS[each][0],
        captions=[_WAYS[each][1] for each in ways],
        key=form.key("way", first, among=ways),
        horizontal=True,
        label_visibility="collapsed",
    )
    form.keep("way", way)
    if way == _AUTOML:
        return choose_budget(config, form=form)
    if config.automl is not None:
        usual = TrainingConfig(target=config.target)
        config = replace(config, automl=None, algorithm=usual.algorithm, shares=Shares())
    fitting = fitting_algorithms(client, task=task, sees_pictures=sees_pictures)
    chosen = _choose_algorithm(fitting, config.algorithm, form=form)
    is_other = chosen.key != config.algorithm
    config = replace(config, algorithm=chosen.key, parameters={} if is_other else config.parameters)
    if way == _TUNED:
        search = choose_search(chosen, config.search or SearchConfig("bayesian"), form=form)
        fixed = {
            name: value for name, value in config.parameters.items() if name not in search.space
        }
        return replace(config, search=search, parameters=fixed if search.space else {})
    parameters = _choose_parameters(chosen, config, form=form)
    return replace(config, search=None, parameters=parameters)


def fitting_algorithms(
    client: Client, *, task: Task | None, sees_pictures: bool
) -> Sequence[AlgorithmAnswer]:
    """Return the algorithms that learn from such data for such a task, installed or not."""
    return [
        each
        for each in algorithms_of(client)
        if (each.takes_pictures if sees_pictures else each.takes_tables)
        and (task is None or task in each.tasks)
    ]


def _choose_algorithm(
    fitting: Sequence[AlgorithmAnswer], first: str, *, form: Form
) -> AlgorithmAnswer:
    import streamlit as st

    there = {each.key: each for each in fitting if each.install is None}
    usual = first if first in there else next(iter(there))
    key = st.selectbox(
        "Algorithm",
        list(there),
        format_func=lambda key: there[key].title,
        key=form.key("algorithm", usual, among=there),
    )
    form.keep("algorithm", key)
    chosen = there[key]
    st.caption(plain(chosen.summary), help=plain(chosen.source))
    lacking = [f"{each.title} ({each.install})" for each in fitting if each.install]
    if lacking:
        st.caption(plain(f"Not installed here: {', '.join(lacking)}."))
    return chosen


def _choose_parameters(
    algorithm: AlgorithmAnswer, config: TrainingConfig, *, form: Form
) -> dict[str, object]:
    import streamlit as st

    if not algorithm.parameters["properties"]:
        st.caption("There is nothing to set.")
        return {}
    st.caption("It is set to what does well as a rule. Change what you know better.")
    return choose_parameters(
        algorithm.parameters, config.parameters, form=form, name=f"set-{algorithm.key}"
    )
