"""Where a model is served: deployed under a name, watched while it starts, and taken down again."""

from collections.abc import Sequence

from modelyard.client.clients import Client
from modelyard.domain.deployments import DeploymentState
from modelyard.domain.identities import Role
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.permissions import may, refusal
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain, short
from modelyard.ui.parts.times import ago, exactly, now
from modelyard.wire.deployments import DeploymentAnswer
from modelyard.wire.models import ModelDetail

_LOOK_EVERY_S = 2.0
_BADGES = {
    DeploymentState.STARTING: "orange-badge[:material/hourglass_empty: starting]",
    DeploymentState.READY: "green-badge[:material/check_circle: answering]",
    DeploymentState.FAILING: "red-badge[:material/error: failing]",
    DeploymentState.STOPPING: "gray-badge[:material/hourglass_empty: ending]",
    DeploymentState.STOPPED: "gray-badge[:material/stop_circle: taken down]",
}
_MOVING = {DeploymentState.STARTING, DeploymentState.STOPPING, DeploymentState.FAILING}


def show_serving(client: Client, model: ModelDetail) -> None:
    """Draw the deployments of every version of a model, as they stand now."""
    import streamlit as st

    found = client.deployments.list(model=model.name).items
    is_moving = any(each.state in _MOVING for each in found)

    @st.fragment(run_every=_LOOK_EVERY_S if is_moving else None)
    def look() -> None:
        served = client.deployments.list(model=model.name).items if is_moving else found
        if is_moving and not any(each.state in _MOVING for each in served):
            # What is settled is not asked for again and again.
            st.rerun(scope="app")
        _show_deployments(client, model, served)

    look()
    if st.button(
        f"Deploy {plain(model.id)}",
        icon=":material/rocket_launch:",
        disabled=not may(Role.EDITOR),
        help=refusal(Role.EDITOR),
    ):
        ask_to_deploy(client, model)


def served_as(deployments: Sequence[DeploymentAnswer]) -> str:
    """Return under which names a version is served, in words for Markdown; empty for none."""
    return ", ".join(f"**{plain(each.name)}**" for each in deployments if each.is_wanted)


def ask_to_deploy(client: Client, model: ModelDetail) -> None:
    """Ask under which name a version is to be served, and what it takes the place of."""
    import streamlit as st

    served = {each.name: each for each in client.deployments.list().items if each.is_wanted}

    @st.dialog(f"Deploy {plain(model.id)}")
    def ask() -> None:
        st.markdown(
            "A server of its own answers predictions, at an address that stays the same whichever "
            "version is behind it."
        )
        name = st.text_input("Name of the deployment", model.name, max_chars=100).strip()
        before = served.get(name)
        if before is not None and before.model == model.id:
            st.info(f"It is served as {plain(name)} already.")
        elif before is not None:
            st.warning(
                f"**{plain(name)}** serves {plain(before.model)} now. Whoever asks it gets answers "
                f"of {plain(model.id)} from then on; no request is lost, and the address stays."
            )
        if st.button("Deploy", type="primary", disabled=not name):
            with told():
                client.models.deploy(model.id, name=name)
                st.rerun()

    ask()


def _show_deployments(
    client: Client, model: ModelDetail, deployments: Sequence[DeploymentAnswer]
) -> None:
    import streamlit as st

    if not deployments:
        st.markdown("No version of this model is deployed. Deployed, it answers over HTTP.")
        return
    for each in deployments:
        with st.container(border=True):
            _show_deployment(client, model, each)


def _show_deployment(client: Client, model: ModelDetail, each: DeploymentAnswer) -> None:
    import streamlit as st

    words, deeds = st.columns([4, 1], vertical_alignment="center")
    which = " (this version)" if each.model == model.id else ""
    words.markdown(
        f"**{plain(each.name)}** serves {plain(each.model)}{which} :{_BADGES[each.state]}"
    )
    since = each.ready_at or each.changed_at
    restarts = f" · started again {each.n_restarts} times" if each.n_restarts else ""
    words.caption(f"Changed {ago(since, now=now())}{restarts}", help=exactly(since))
    if each.reason:
        words.markdown(f":red[:material/error:] {plain(each.reason)}")
    if each.predict_url and each.is_wanted:
        words.code(each.predict_url, language=None, wrap_lines=True)
        with words:
            link_to("predict", label=f"Ask {short(each.name)}", model=each.model)
    if each.is_wanted and deeds.button(
        "Take down",
        key=f"undeploy-{each.name}",
        disabled=not may(Role.EDITOR),
        help=refusal(Role.EDITOR),
    ):
        _ask_to_undeploy(client, each)


def _ask_to_undeploy(client: Client, deployment: DeploymentAnswer) -> None:
    import streamlit as st

    name = plain(deployment.name)

    @st.dialog(f"Take {name} down?")
    def ask() -> None:
        st.markdown(
            f"It answers what is on its way, and then ends. Whoever asks **{name}** gets no answer "
            f"from then on. {plain(deployment.model)} stays, and can be deployed again."
        )
        if st.button("Take down", type="primary"):
            with told():
                client.deployments.undeploy(deployment.name)
                st.rerun()

    ask()
