"""The jobs, page by page, by kind and state, kept fresh while some of them are not at their end."""

from collections.abc import Mapping
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.jobs import JobKind, JobState
from modelyard.kit.numerals import size
from modelyard.kit.texts import visible
from modelyard.ui.jobs.words import KINDS, STATES, duration_of, share_done, state_of, subject_of
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.cursors import begin_again, cursor, offer_pages
from modelyard.ui.parts.emptiness import show_nothing_yet, tell_no_match
from modelyard.ui.parts.people import who
from modelyard.ui.parts.permissions import caller
from modelyard.ui.parts.tables import chosen_row
from modelyard.ui.parts.times import lasting, local, now
from modelyard.wire.bodies import PageOf
from modelyard.wire.jobs import JobAnswer, JobListQuery

_LIST = "jobs"
_PAGE_LENGTH = 25
# While something moves, and while somebody else may ask for a job at most.
_LOOK_EVERY_S, _LOOK_SELDOM_S = 2.0, 15.0
_MOVING = "jobs-are-moving"
_WHERE = "Where it is, or why it failed"


def show_jobs(client: Client) -> None:
    """Draw the page without a job."""
    import streamlit as st

    query = _asked()
    was_moving = st.session_state.get(_MOVING, True)

    @st.fragment(run_every=_LOOK_EVERY_S if was_moving else _LOOK_SELDOM_S)
    def look() -> None:
        page = client.jobs.page(query)
        is_moving = any(not job.state.is_final for job in page.items)
        if is_moving != was_moving:
            st.session_state[_MOVING] = is_moving
            st.rerun(scope="app")
        _show_page(page, is_filtered=bool(query.kind or query.state or query.created_by))

    look()


def _asked() -> JobListQuery:
    """Draw the filters, and return what they ask for; they stand in the address as well."""
    import streamlit as st

    first, second, third = st.columns([2, 2, 1], vertical_alignment="bottom")
    kind = first.selectbox(
        "Kind",
        list(JobKind),
        index=None,
        placeholder="every kind",
        format_func=lambda kind: KINDS[JobKind(kind)],
        key="kind",
        bind="query-params",
        on_change=begin_again,
        args=(_LIST,),
    )
    state = second.selectbox(
        "State",
        list(JobState),
        index=None,
        placeholder="every state",
        format_func=lambda state: STATES[JobState(state)],
        key="state",
        bind="query-params",
        on_change=begin_again,
        args=(_LIST,),
    )
    is_mine = third.checkbox("Only mine", on_change=begin_again, args=(_LIST,))
    return JobListQuery(
        kind=kind,
        state=state,
        created_by=caller().subject if is_mine else None,
        cursor=cursor(_LIST),
        limit=_PAGE_LENGTH,
    )


def _show_page(page: PageOf[JobAnswer], *, is_filtered: bool) -> None:
    if page.items:
        row = chosen_row(
            [_row(job) for job in page.items],
            ids=[job.id for job in page.items],
            key="jobs-table",
            about="Jobs, the newest first; choose one to see it.",
            config=_config(),
            is_whole=True,
        )
        if row is not None:
            go_to("jobs", job=page.items[row].id)
    elif is_filtered:
        tell_no_match("job")
    else:
        show_nothing_yet(
            "No jobs yet",
            "Trainings, predictions for whole tables and the reading of large files appear here.",
            icon=":material/list_alt:",
        )
    offer_pages(_LIST, page.next_cursor)


def _config() -> Mapping[str, Any]:
    import streamlit as st

    columns = st.column_config
    return {
        "State": columns.TextColumn(),
        "Job": columns.TextColumn(),
        "About": columns.TextColumn(),
        "Asked": columns.DatetimeColumn(format="distance"),
        "By": columns.TextColumn(),
        "Took": columns.TextColumn(),
        "Memory": columns.TextColumn(),
        "Progress": columns.ProgressColumn(
            format="percent", min_value=0.0, max_value=1.0, width="small"
        ),
        _WHERE: columns.TextColumn(width="large"),
    }


def _row(job: JobAnswer) -> dict[str, Any]:
    seconds = duration_of(job, now=now())
    return {
        "State": state_of(job),
        "Job": KINDS[job.kind],
        "About": subject_of(job),
        "Asked": local(job.created_at),
        "By": who(job.created_by),
        "Took": "" if seconds is None else lasting(seconds),
        "Memory": size(job.usage.peak_bytes) if job.usage.peak_bytes else "",
        "Progress": share_done(job),
        _WHERE: _words(job),
    }


def _words(job: JobAnswer) -> str:
    if job.state is JobState.RUNNING:
        return visible(job.progress.stage)
    return visible(job.reason or "") if job.state is JobState.FAILED else ""
