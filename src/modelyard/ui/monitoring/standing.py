"""How a deployment stands, and what its process uses."""

from collections.abc import Mapping
from typing import Literal

from modelyard.client.clients import Client
from modelyard.domain.deployments import DeploymentState
from modelyard.domain.errors import ModelyardError
from modelyard.kit.numerals import counted, share, size
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.people import who
from modelyard.ui.parts.texts import plain, short
from modelyard.ui.parts.times import ago, exactly, now
from modelyard.wire.deployments import DeploymentAnswer, ProcessAnswer

_COLOURS: Mapping[DeploymentState, Literal["gray", "blue", "green", "red"]] = {
    DeploymentState.STARTING: "blue",
    DeploymentState.READY: "green",
    DeploymentState.FAILING: "red",
    DeploymentState.STOPPING: "gray",
    DeploymentState.STOPPED: "gray",
}
# What is told of a request that was refused for what was in it (RFC 9110, 15.5), or that failed.
_REFUSED, _FAILED = "4", "5"


def show_standing(client: Client, deployment: DeploymentAnswer) -> None:
    """Draw state, model and process."""
    import streamlit as st

    at = now()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(str(deployment.state), color=_COLOURS[deployment.state])
        link_to("models", label=short(deployment.model), icon="", model=deployment.model)
        link_to("predict", label="Ask it", model=deployment.model)
    st.caption(
        f"Deployed {ago(deployment.changed_at, now=at)} by {plain(who(deployment.created_by))}",
        help=exactly(deployment.changed_at),
    )
    if deployment.reason:
        st.error(plain(deployment.reason), icon=":material/error:")
    if deployment.state is DeploymentState.READY:
        _show_process(client, deployment)


def _show_process(client: Client, deployment: DeploymentAnswer) -> None:
    import streamlit as st

    try:
        process = client.deployments.process(deployment.name)
    except ModelyardError as error:
        st.caption(f"Its process tells nothing of itself now: {plain(error.message)}")
        return
    at = now()
    facts = [
        f"Started {ago(process.started_at, now=at)}",
        *([] if process.memory_bytes is None else [f"{size(process.memory_bytes)} of memory"]),
        f"{counted(process.in_flight, 'request')} on the way",
        *([f"{counted(deployment.n_restarts, 'restart')}"] if deployment.n_restarts else []),
        _answers_told(process),
    ]
    st.caption(" · ".join(facts), help=exactly(process.started_at))


def _answers_told(process: ProcessAnswer) -> str:
    """Return how the requests since the start of the process were answered."""
    total = sum(process.requests.values())
    if not total:
        return "no request since its start"
    failed = _of(process, _FAILED)
    refused = _of(process, _REFUSED)
    return (
        f"{counted(total, 'request')} since its start: {share(failed, total)} failed, "
        f"{share(refused, total)} refused"
    )


def _of(process: ProcessAnswer, first: str) -> int:
    return sum(n for status, n in process.requests.items() if status.startswith(first))
