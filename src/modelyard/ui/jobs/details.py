"""One job: how far it is, why it ended as it did, its log, and what can be done about it."""

from collections.abc import Mapping
from typing import Literal

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.domain.jobs import JobKind, JobState
from modelyard.ui.jobs.acting import offer_actions
from modelyard.ui.jobs.logs import show_log
from modelyard.ui.jobs.words import (
    KINDS,
    PROBLEMS,
    duration_of,
    share_done,
    state_of,
    subject_of,
    used_by,
)
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.advice import advised
from modelyard.ui.parts.people import who
from modelyard.ui.parts.permissions import may
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain, short
from modelyard.ui.parts.times import ago, exactly, lasting, now
from modelyard.ui.parts.ways import offer_way_back
from modelyard.wire.jobs import JobAnswer, JobDetail

_LOOK_EVERY_S = 2.0
_COLOURS: Mapping[JobState, Literal["gray", "blue", "green", "red"]] = {
    JobState.QUEUED: "gray",
    JobState.RUNNING: "blue",
    JobState.SUCCEEDED: "green",
    JobState.FAILED: "red",
    JobState.CANCELLED: "gray",
}


def show_job(client: Client, job_id: str) -> None:
    """Draw the page of a job; it is drawn anew while the job is not at its end."""
    import streamlit as st

    offer_way_back("All jobs", to="jobs")
    first = client.jobs.show(job_id)
    is_moving = not first.state.is_final

    @st.fragment(run_every=_LOOK_EVERY_S if is_moving else None)
    def look() -> None:
        with told():
            job = client.jobs.show(job_id)
            if is_moving and job.state.is_final:
                st.rerun(scope="app")
            _show_standing(job)
            show_log(client, job)

    _show_heading(first)
    if may(Role.EDITOR):
        offer_actions(client, first)
        _lead_to_training(first)
    look()
    with st.expander("What was asked for"):
        st.json(first.payload, expanded=1)


def _show_heading(job: JobDetail) -> None:
    import streamlit as st

    about = subject_of(job)
    st.header(f"{KINDS[job.kind]}{f' of {short(about)}' if about else ''}", anchor=False)
    again = "again " if job.retry_of else ""
    st.caption(
        f"Asked for {again}{ago(job.created_at, now=now())} by {plain(who(job.created_by))} · "
        f"{plain(job.id)}",
        help=exactly(job.created_at),
    )
    if job.retry_of:
        link_to("jobs", label="The job that this one does again", icon="", job=job.retry_of)


def _lead_to_training(job: JobDetail) -> None:
    if job.kind is not JobKind.TRAINING:
        return
    if not job.state.is_final:
        link_to("train", label="See who competes", job=job.id)
    else:
        link_to("train", label="Change it, and train again", again=job.id)


def _show_standing(job: JobAnswer) -> None:
    import streamlit as st

    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(state_of(job), color=_COLOURS[job.state])
        st.caption(" · ".join(_facts(job)))
    if not job.state.is_final:
        _show_progress(job)
    elif job.state is JobState.SUCCEEDED:
        _show_result(job)
    else:
        _show_reason(job)


def _facts(job: JobAnswer) -> list[str]:
    seconds = duration_of(job, now=now())
    took = "Took" if job.state.is_final else "For"
    return [
        *([f"{took} {lasting(seconds)}"] if seconds is not None else []),
        *([f"Attempt {job.attempts}"] if job.attempts > 1 else []),
        *([used] if (used := used_by(job)) else []),
    ]


def _show_progress(job: JobAnswer) -> None:
    import streamlit as st

    if job.state is JobState.QUEUED:
        st.progress(0.0, text="It waits for a worker that has room.")
        return
    progress = job.progress
    words = f": {plain(progress.words)}" if progress.words else ""
    count = f" ({progress.done:,} of {progress.total:,})" if progress.total else ""
    stage = plain(progress.stage or "Starting")
    st.progress(share_done(job) or 0.0, text=f"{stage}{count}{words}")


def _show_result(job: JobAnswer) -> None:
    model = job.result.get("model")
    if job.kind is JobKind.INGEST and job.dataset:
        link_to("data", label="See the data", dataset=job.dataset)
    elif job.kind is JobKind.BATCH_PREDICTION:
        link_to("predict", label="See the predictions", job=job.id)
    elif model:
        link_to("results", label=f"See the results of {short(model)}", model=str(model))
        link_to("models", label="See the model", model=str(model))


def _show_reason(job: JobAnswer) -> None:
    import streamlit as st

    if job.state is JobState.CANCELLED:
        st.info("Somebody cancelled it.", icon=":material/block:")
        return
    lead = PROBLEMS.get(job.problem or "", "")
    parts = [f"**{lead}**" if lead else "", advised(job.reason)]
    words = "\n\n".join(part for part in parts if part) or "Nobody said why."
    st.error(words, icon=":material/error:")
