"""A training that is watched: how far it is, what it has found, and how it can be ended."""

from datetime import datetime
from functools import partial
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.domain.jobs import JobState
from modelyard.ui.jobs.logs import show_log
from modelyard.ui.jobs.words import share_done
from modelyard.ui.parts.permissions import may, refusal
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import lasting, now
from modelyard.ui.training.details import metrics_of
from modelyard.ui.training.endings import show_ending
from modelyard.ui.training.leaderboards import show_leaderboard
from modelyard.wire.jobs import JobDetail

_LOOK_EVERY_S = 2.0
_SEEN = "stage-seen"
# While the end is near it is worth a word more than a share that does not move any more.
_NEARLY = 0.99


def show_job(client: Client, job_id: str) -> None:
    """Draw a training, again and again until it has ended."""
    import streamlit as st

    job = client.jobs.show(job_id)
    _show_heading(job)
    if job.state in {JobState.QUEUED, JobState.RUNNING}:
        st.fragment(partial(_watch, client, job_id), run_every=_LOOK_EVERY_S)()
        return
    show_ending(client, job)
    _show_tried(client, job)
    with st.expander("Log"):
        show_log(client, job)


def _watch(client: Client, job_id: str) -> None:
    import streamlit as st

    with told():
        job = client.jobs.show(job_id)
        if job.state not in {JobState.QUEUED, JobState.RUNNING}:
            st.rerun()
        _show_progress(job, at=now())
        _offer_ends(client, job)
        if _is_search(job):
            _show_leaderboard(client, job)
        with st.expander("Log"):
            show_log(client, job)


def _show_heading(job: JobDetail) -> None:
    import streamlit as st

    config = job.payload["config"]
    way = "AutoML" if config.get("automl") else config["algorithm"]
    st.header(plain(config.get("name") or job.dataset or job.id), anchor=False)
    way = f"{way}, tuned" if config.get("search") else way
    st.caption(f"{plain(way)} · {plain(job.dataset or '')} · answers {plain(config['target'])}")


def _show_progress(job: JobDetail, *, at: datetime) -> None:
    import streamlit as st

    if job.state is JobState.QUEUED:
        st.info(
            "It waits for a worker. You may close this page: nothing is lost.",
            icon=":material/hourglass_top:",
        )
        return
    share, left_s = progress_of(job, at=at)
    if left_s is None:
        left_s = _left_of_stage(job, at=at)
    stage = plain(job.progress.stage or "Beginning")
    if share is None:
        st.markdown(f":material/progress_activity: {stage}")
    else:
        left = f", {lasting(left_s)} left" if left_s else ""
        ending = "" if share < _NEARLY else ", nearly done"
        st.progress(share, f"{stage}: {share:.0%}{left or ending}")
    if job.progress.words:
        st.caption(plain(job.progress.words))
    st.caption(
        f"Running for {lasting((at - (job.started_at or job.created_at)).total_seconds())}. "
        "You may close this page: nothing is lost."
    )


def progress_of(job: JobDetail, *, at: datetime) -> tuple[float | None, float | None]:
    """Return how far a training is, and the seconds that are left; None for what nobody knows.

    AutoML ends by its time; else the units of the stage are all that is known.
    """
    config: dict[str, Any] = job.payload["config"]
    limit_s = (config.get("automl") or {}).get("time_limit_s")
    if limit_s and job.started_at is not None:
        spent_s = (at - job.started_at).total_seconds()
        return min(spent_s / limit_s, 1.0), max(limit_s - spent_s, 0.0)
    return share_done(job), None


def left_of(done: int, total: int, *, since_s: float, begun: int) -> float | None:
    """Return the seconds that are left of a stage at the pace at which it went, if that is known.

    Args:
        done: units by now.
        total: units of the stage.
        since_s: seconds in which it was watched.
        begun: units when that began.
    """
    if done <= begun or since_s <= 0:
        return None
    return (total - done) * since_s / (done - begun)


def _left_of_stage(job: JobDetail, *, at: datetime) -> float | None:
    """Return what is left of the stage, by what was seen of it in this visit.

    A network that stops early ends sooner.
    """
    import streamlit as st

    progress = job.progress
    if not progress.total:
        return None
    mark = (job.id, progress.stage, progress.total)
    kept = st.session_state.get(_SEEN)
    if kept is None or kept[0] != mark or kept[2] > progress.done:
        st.session_state[_SEEN] = kept = (mark, at, progress.done)
    since_s = (at - kept[1]).total_seconds()
    return left_of(progress.done, progress.total, since_s=since_s, begun=kept[2])


def _offer_ends(client: Client, job: JobDetail) -> None:
    import streamlit as st

    if job.is_cancelling:
        st.caption("It is being cancelled.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if _is_search(job):
            if job.is_finishing:
                st.caption("It ends with the best so far, as soon as it has one.")
            elif st.button(
                "Stop and keep the best so far",
                icon=":material/flag:",
                disabled=not may(Role.EDITOR),
                help=refusal(Role.EDITOR),
            ):
                with told():
                    client.jobs.finish(job.id)
                    st.rerun()
        with st.popover("Cancel", disabled=not may(Role.EDITOR)):
            st.markdown("What it has made so far is thrown away.")
            if st.button("Cancel the training", type="primary"):
                with told():
                    client.jobs.cancel(job.id)
                    st.rerun()


def _show_tried(client: Client, job: JobDetail) -> None:
    """Draw what a search that has ended had tried, folded away: the results tell what it found."""
    import streamlit as st

    if _is_search(job):
        with st.expander("What was tried"):
            _show_leaderboard(client, job)


def _show_leaderboard(client: Client, job: JobDetail) -> None:
    titles = {each.key: each.title for each in metrics_of(client)}
    show_leaderboard(client.jobs.leaderboard(job.id), titles)


def _is_search(job: JobDetail) -> bool:
    config = job.payload["config"]
    return bool(config.get("automl") or config.get("search"))
