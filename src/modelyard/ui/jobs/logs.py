"""The log of a job: it follows, can be searched, and can be taken along as text."""

from dataclasses import dataclass, field

from modelyard.client.clients import Client
from modelyard.kit.texts import visible
from modelyard.ui.parts.times import local
from modelyard.wire.jobs import JobAnswer, LineAnswer

_KEPT = "job-log"
# A screen that nobody scrolls through to its end; all lines can be taken along.
_MOST_SHOWN = 500
_HEIGHT_PX = 360


@dataclass
class _Log:
    """What is known of a job's log in this visit; lines never change, so that they are kept."""

    job_id: str
    lines: list[LineAnswer] = field(default_factory=list)


def show_log(client: Client, job: JobAnswer) -> None:
    """Draw the log of a job, its newest lines at the bottom and in sight."""
    import streamlit as st

    log = _read(client, job)
    st.subheader("Log", anchor=False)
    wanted = st.text_input(
        "Search the log",
        placeholder="Search the log",
        label_visibility="collapsed",
        icon=":material/search:",
        key=f"search-{job.id}",
    )
    lines = [written(line) for line in log.lines]
    found = [line for line in lines if wanted.casefold() in line.casefold()]
    if not found:
        st.caption("No line holds that." if wanted else "Nothing is written yet.")
        return
    with st.container(height=_HEIGHT_PX, border=False, autoscroll=True):
        st.code("\n".join(found[-_MOST_SHOWN:]), language=None, wrap_lines=True)
    _tell_how_many(n_shown=min(len(found), _MOST_SHOWN), n_lines=len(lines))
    st.download_button(
        "Download the log",
        "\n".join(lines) + "\n",
        file_name=f"{job.id}.log",
        mime="text/plain",
        icon=":material/download:",
        on_click="ignore",
    )


def written(line: LineAnswer) -> str:
    """Return a line of a log with its time, as one line of text."""
    return f"{local(line.at):%H:%M:%S}  {visible(line.words)}"


def _read(client: Client, job: JobAnswer) -> _Log:
    """Return the log, asking for the lines alone that have come since it was looked at."""
    import streamlit as st

    log: _Log | None = st.session_state.get(_KEPT)
    if log is None or log.job_id != job.id:
        log = st.session_state[_KEPT] = _Log(job.id)
    after = log.lines[-1].number if log.lines else 0
    log.lines.extend(client.jobs.log(job.id, after=after))
    return log


def _tell_how_many(*, n_shown: int, n_lines: int) -> None:
    import streamlit as st

    if n_shown < n_lines:
        st.caption(f"{n_shown:,} of {n_lines:,} lines")
