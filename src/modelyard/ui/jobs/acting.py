"""What can be done about a job: cancel it, or do it again, with more room where that lacked."""

from modelyard.client.clients import Client
from modelyard.domain.jobs import HOPELESS_UNCHANGED, JobState, Problem
from modelyard.kit.numerals import size
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.problems import told
from modelyard.wire.jobs import JobDetail, LimitsBody

_MB = 1_000_000
# Twice of what was not enough is tried next, as the reason of such a job says itself.
_MORE = 2
_LEAST_MB = 500
_REPLAY = ":material/replay:"


def offer_actions(client: Client, job: JobDetail) -> None:
    """Draw what can be done about a job by whoever may."""
    import streamlit as st

    if not job.state.is_final:
        _offer_end(client, job)
    elif job.state is JobState.SUCCEEDED:
        return
    elif job.problem in HOPELESS_UNCHANGED:
        with st.popover("Do it again", icon=_REPLAY):
            st.markdown("It would end as it did before, unless it may use more.")
            limits = _wanted(job)
            if st.button("Do it again so", type="primary"):
                _retry(client, job, limits)
    elif st.button("Do it again", icon=_REPLAY):
        _retry(client, job, None)


def _offer_end(client: Client, job: JobDetail) -> None:
    import streamlit as st

    with st.popover("Cancel", icon=":material/stop_circle:", disabled=job.is_cancelling):
        st.markdown("What it has made so far is thrown away within 10 seconds.")
        if st.button("Cancel the job", type="primary"):
            with told():
                client.jobs.cancel(job.id)
                st.rerun()


def _wanted(job: JobDetail) -> LimitsBody:
    """Draw the limit that the job ran into, and return what is to be tried."""
    import streamlit as st

    if job.problem == Problem.MEMORY:
        used = max(job.limits.memory_bytes or 0, job.usage.peak_bytes)
        megabytes = st.number_input(
            "Memory in MB",
            min_value=50,
            value=max(_MORE * used // _MB, _LEAST_MB),
            step=100,
            help=f"It held {size(job.usage.peak_bytes)} at most.",
        )
        return LimitsBody(memory_mb=int(megabytes))
    is_cpu = job.problem == Problem.CPU_TIME
    before = (job.limits.cpu_s if is_cpu else job.limits.wall_s) or 60.0
    label = "Seconds of processor time" if is_cpu else "Seconds that it may take"
    seconds = st.number_input(label, min_value=1.0, value=_MORE * before)
    return LimitsBody(cpu_s=seconds) if is_cpu else LimitsBody(wall_s=seconds)


def _retry(client: Client, job: JobDetail, limits: LimitsBody | None) -> None:
    with told():
        go_to("jobs", job=client.jobs.retry(job.id, limits=limits).id)
