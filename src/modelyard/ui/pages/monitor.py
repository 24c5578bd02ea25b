"""Monitor: what a deployment is asked, how quickly and what it answers, and how rightly."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from modelyard.client.clients import Client
from modelyard.ui.monitoring.predictions import show_predictions
from modelyard.ui.monitoring.standing import show_standing
from modelyard.ui.monitoring.traffic import show_traffic
from modelyard.ui.navigation import Page, link_to, look_at, looked_at
from modelyard.ui.parts.cursors import begin_again
from modelyard.ui.parts.emptiness import show_nothing_yet
from modelyard.ui.parts.problems import told
from modelyard.wire.deployments import DeploymentAnswer

_RANGES: Mapping[str, timedelta] = MappingProxyType(
    {
        "Hour": timedelta(hours=1),
        "Day": timedelta(days=1),
        "Week": timedelta(days=7),
        "Month": timedelta(days=30),
        "Year": timedelta(days=365),
    }
)
_USUAL = "Day"
_CHOSEN, _RANGE = "monitor-deployment", "monitor-range"
_LOOK_EVERY_S = 15.0


def show(client: Client) -> None:
    """Draw the choice of a deployment, and what is known of it."""
    import streamlit as st

    found = client.deployments.list().items
    if not found:
        with show_nothing_yet(
            "Nothing is deployed yet",
            "A deployed model answers rows, and this page shows how it does.",
            icon=":material/monitoring:",
        ):
            link_to("models", label="Choose a model to deploy")
        return
    deployment = _chosen(found)
    with told():
        show_standing(client, deployment)
    lasts = _range()

    @st.fragment(run_every=_LOOK_EVERY_S)
    def look() -> None:
        with told():
            show_traffic(client, deployment.name, lasts=lasts)

    look()
    with told():
        show_predictions(client, deployment)


def _chosen(found: Sequence[DeploymentAnswer]) -> DeploymentAnswer:
    """Draw the choice, and return the deployment that the address names, else one that answers."""
    import streamlit as st

    by_name = {each.name: each for each in found}
    named, model = looked_at("deployment"), looked_at("model")
    usual = max(found, key=lambda each: (each.model == model, each.is_wanted, each.changed_at)).name
    name = named if named in by_name else usual
    st.session_state[_CHOSEN] = name
    st.selectbox(
        "Deployment",
        list(by_name),
        key=_CHOSEN,
        format_func=lambda each: f"{each} · {by_name[each].model}",
        on_change=_look_at_chosen,
    )
    return by_name[name]


def _look_at_chosen() -> None:
    import streamlit as st

    begin_again("predictions")
    look_at({"deployment": st.session_state[_CHOSEN], "model": None})


def _range() -> timedelta:
    import streamlit as st

    if _RANGE not in st.session_state:
        asked = looked_at("range")
        st.session_state[_RANGE] = asked if asked in _RANGES else _USUAL
    chosen = st.segmented_control(
        "The last",
        list(_RANGES),
        key=_RANGE,
        required=True,
        on_change=lambda: look_at({"range": st.session_state[_RANGE]}),
    )
    return _RANGES[chosen or _USUAL]


PAGE = Page(title="Monitor", path="monitor", order=70, icon=":material/monitoring:", show=show)
