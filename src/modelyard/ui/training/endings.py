"""How a training ended: the way to what came of it, or why nothing did and what to do."""

from collections.abc import Mapping
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.domain.jobs import HOPELESS_UNCHANGED, JobState, Problem
from modelyard.kit.numerals import number
from modelyard.ui.navigation import go_to, lead_to, link_to
from modelyard.ui.parts.advice import advised
from modelyard.ui.parts.permissions import may
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import lasting
from modelyard.ui.training.details import metrics_of
from modelyard.wire.jobs import JobDetail

# Whose reason is the data's or the configuration's own; as it is it would end the same way.
_MAY_PASS = frozenset({Problem.KILLED, Problem.LOST, Problem.CANCELLED, Problem.CRASHED})


def show_ending(client: Client, job: JobDetail) -> None:
    """Draw how a training ended."""
    import streamlit as st

    if job.state is JobState.SUCCEEDED:
        _show_model(client, job.result)
    elif job.state is JobState.CANCELLED:
        st.info("It was cancelled, and made no model.", icon=":material/block:")
    else:
        st.error(f"**It made no model.** {advised(job.reason)}", icon=":material/error:")
    if job.finished_at and job.started_at:
        st.caption(f"It took {lasting((job.finished_at - job.started_at).total_seconds())}.")
    if may(Role.EDITOR):
        _offer_again(client, job)


def _show_model(client: Client, result: Mapping[str, Any]) -> None:
    import streamlit as st

    model, key = result["model"], result["metric"]
    title = next((each.title for each in metrics_of(client) if each.key == key), key)
    st.success(f"**{plain(model)} is trained.**", icon=":material/check_circle:")
    score = result["metrics"].get(key)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.metric(f"{plain(title)}, on rows that it never saw", number(score))
        lead_to("results", label="See the results", icon=":material/insights:", model=model)
        link_to("predict", label="Try it out", model=model)


def _offer_again(client: Client, job: JobDetail) -> None:
    import streamlit as st

    with st.container(horizontal=True):
        is_bad = job.state is not JobState.SUCCEEDED
        label = "Change and try again" if is_bad else "Change it and train again"
        lead_to("train", label=label, is_first=is_bad, dataset=str(job.dataset), again=job.id)
        if (
            is_bad
            and job.problem in _MAY_PASS - HOPELESS_UNCHANGED
            and st.button("Try it again as it is")
        ):
            with told():
                go_to("train", job=client.jobs.retry(job.id).id)
