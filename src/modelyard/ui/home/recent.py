"""What was made last, what is in use, and what runs: each a link to the page that shows it."""

from collections.abc import Sequence

from modelyard.ui.jobs.words import KINDS, state_of, subject_of
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.emptiness import OF_OTHER_MODELS
from modelyard.ui.parts.figures import metric_told
from modelyard.ui.parts.texts import plain, short
from modelyard.ui.parts.times import ago, now
from modelyard.wire.deployments import DeploymentAnswer
from modelyard.wire.jobs import JobAnswer
from modelyard.wire.models import ModelAnswer

_STATES = {"ready": "green", "failing": "red", "stopped": "gray"}
_OTHER_STATE = "orange"
_JOBS = "Recent jobs"


def show_models(models: Sequence[ModelAnswer]) -> None:
    """Draw the newest models."""
    import streamlit as st

    st.subheader("Recent models", anchor=False)
    if not models:
        st.caption("What is trained appears here, with how good it is.")
    for model in models:
        link_to("results", label=short(model.id), icon="", model=model.id)
        figures = metric_told(model.metrics, model.metric)
        words = [plain(model.algorithm), f"{plain(model.metric)} {figures}" if figures else ""]
        st.caption(_joined(*words, ago(model.created_at, now=now())))


def show_jobs(jobs: Sequence[JobAnswer]) -> None:
    """Draw the newest jobs."""
    import streamlit as st

    st.subheader(_JOBS, anchor=False)
    if not jobs:
        st.caption("Trainings and other long work appear here, with how far they are.")
    for job in jobs:
        about = subject_of(job)
        label = f"{KINDS[job.kind]}: {short(about)}" if about else KINDS[job.kind]
        link_to("jobs", label=label, icon="", job=job.id)
        st.caption(_joined(plain(state_of(job)), ago(job.created_at, now=now())))


def show_no_jobs() -> None:
    """Say why whoever is given some models alone is told of no jobs."""
    import streamlit as st

    st.subheader(_JOBS, anchor=False)
    st.caption(OF_OTHER_MODELS)


def show_deployments(deployments: Sequence[DeploymentAnswer]) -> None:
    """Draw what answers."""
    import streamlit as st

    st.subheader("In use", anchor=False)
    if not deployments:
        st.caption("A model that is deployed answers here, for people and for programs.")
    for each in deployments:
        state = each.state.value
        link_to("predict", label=short(each.name), icon="", deployment=each.name)
        colour = _STATES.get(state, _OTHER_STATE)
        st.caption(_joined(f":{colour}[{state}]", plain(each.model)))


def _joined(*words: str) -> str:
    return " · ".join(word for word in words if word)
