"""Which model is asked, and bringing it to answer where it is not deployed."""

from modelyard.client.clients import Client
from modelyard.domain.deployments import DeploymentState
from modelyard.domain.identities import Role
from modelyard.ui.navigation import go_to, link_to, look_at, looked_at
from modelyard.ui.parts.emptiness import show_nothing_yet
from modelyard.ui.parts.permissions import may
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.wire.deployments import DeploymentAnswer
from modelyard.wire.models import ModelDetail, ModelQuery

# Beyond, a model is found on the page Models, whose link leads here.
_MOST_OFFERED = 200
_LOOK_EVERY_S = 1.0
_CHOSEN = "predict-model"


def choose_model(client: Client) -> ModelDetail | None:
    """Draw the choice of a model, and return the one that is chosen; None where there is none."""
    import streamlit as st

    found = client.deployments.list().items
    # What was deployed last is asked for first.
    found.sort(key=lambda each: each.changed_at, reverse=True)
    served = [each for each in found if each.is_wanted]
    newest = client.models.page(ModelQuery(limit=_MOST_OFFERED)).items
    offered = list(dict.fromkeys([each.model for each in served] + [each.id for each in newest]))
    detail = _named(client, served, offered)
    if detail is None:
        with show_nothing_yet(
            "No models yet",
            "There is no model to ask. Train one first: it takes a table and a few clicks.",
            icon=":material/deployed_code:",
        ):
            link_to("train", label="Train a model")
        return None
    names = {each.model: each.name for each in reversed(served)}
    options = list(dict.fromkeys([detail.id, *offered]))
    options.sort(key=lambda reference: reference not in names)
    st.session_state[_CHOSEN] = detail.id
    st.selectbox(
        "Model",
        options,
        key=_CHOSEN,
        format_func=lambda each: f"{each} · answers as {names[each]}" if each in names else each,
        on_change=_look_at_chosen,
    )
    return detail


def is_answering(detail: ModelDetail) -> bool:
    """Return whether a deployment answers for this version now."""
    return any(each.state is DeploymentState.READY for each in detail.deployments)


def offer_deployment(client: Client, detail: ModelDetail) -> None:
    """Draw how a model that does not answer is brought to: a click, or who can."""
    import streamlit as st

    starting = [each for each in detail.deployments if each.state is DeploymentState.STARTING]
    if starting:
        _watch(client, starting[0])
        return
    failing = [each for each in detail.deployments if each.state is DeploymentState.FAILING]
    if failing:
        st.error(
            f"**Its server fails.**\n\n{plain(failing[0].reason or '')}", icon=":material/error:"
        )
    st.info(
        f"**{plain(detail.id)} does not answer yet.** Deployed, it answers single rows within "
        "milliseconds. Whole files are answered without that.",
        icon=":material/power_off:",
    )
    if not may(Role.EDITOR):
        st.caption("Editors and admins of your organisation can deploy it: ask one of them.")
        return
    in_place = [each for each in client.deployments.list().items if each.name == detail.name]
    if any(each.is_wanted and each.model != detail.id for each in in_place):
        others = plain(in_place[0].model)
        st.caption(f"It takes the place of {others}, which answers as {plain(detail.name)} now.")
    if st.button("Deploy it", type="primary", icon=":material/rocket_launch:"):
        with told():
            client.models.deploy(detail.id)
            st.rerun()


def _named(
    client: Client, served: list[DeploymentAnswer], offered: list[str]
) -> ModelDetail | None:
    """Return the model that the address names, else the first that is offered."""
    deployment, model = looked_at("deployment"), looked_at("model")
    if model is None and deployment is not None:
        model = next((each.model for each in served if each.name == deployment), None)
        model = model or client.deployments.show(deployment).model
    if model is None and not offered:
        return None
    return client.models.show(model or offered[0])


def _look_at_chosen() -> None:
    import streamlit as st

    look_at({"model": st.session_state[_CHOSEN], "deployment": None})


def _watch(client: Client, deployment: DeploymentAnswer) -> None:
    """Wait for a server that starts, and draw the page anew when it stands otherwise."""
    import streamlit as st

    @st.fragment(run_every=_LOOK_EVERY_S)
    def look() -> None:
        with told():
            now = client.deployments.show(deployment.name)
            if now.state is not DeploymentState.STARTING:
                st.rerun(scope="app")
            st.info("Its server starts; that takes some seconds.", icon=":material/hourglass_top:")

    look()


def offer_monitoring(detail: ModelDetail) -> None:
    """Draw what leads to the traffic of the deployment that answers."""
    import streamlit as st

    ready = [each for each in detail.deployments if each.state is DeploymentState.READY]
    if ready and st.button("See its traffic", type="tertiary", icon=":material/monitoring:"):
        go_to("monitor", deployment=ready[0].name)
