"""One version of a dataset: what it is, what is wrong with it, what is in it, what came of it."""

from collections.abc import Callable

from modelyard.client.clients import Client
from modelyard.domain.datasets import DatasetState
from modelyard.domain.identities import Role
from modelyard.domain.jobs import JobKind, JobState
from modelyard.kit.numerals import size
from modelyard.ui.data.columns import show_columns
from modelyard.ui.data.deleting import offer_deletion
from modelyard.ui.data.findings import show_findings
from modelyard.ui.data.history import show_history
from modelyard.ui.data.reading import offer_reading, show_reading, show_refusal
from modelyard.ui.data.relations import show_relations
from modelyard.ui.data.rows import content_told, show_content
from modelyard.ui.navigation import lead_to
from modelyard.ui.parts.advice import without_code
from modelyard.ui.parts.permissions import may, refusal
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import ago, exactly, now
from modelyard.ui.parts.ways import offer_way_back
from modelyard.ui.pictures.walls import has_pictures
from modelyard.wire.datasets import DatasetVersionAnswer
from modelyard.wire.jobs import JobListQuery

_LOOK_EVERY_S = 1.0
# Of the newest readings, among which that of this version is.
_MOST_READINGS = 20
_OVERVIEW, _COLUMNS, _TOGETHER, _HISTORY = (
    "Overview", "Columns", "What goes together", "History",
)  # fmt: skip


def show_one(client: Client, reference: str) -> None:
    """Draw the page of a dataset; of a bare name, that of its latest version."""
    version = client.datasets.show(reference)
    offer_way_back("All datasets", to="data")
    _show_heading(client, version)
    if version.state is DatasetState.UNREAD:
        _wait(client, version)
    elif version.state is DatasetState.FAILED:
        show_refusal(client, version)
    else:
        _show_views(client, version)


def _show_heading(client: Client, version: DatasetVersionAnswer) -> None:
    import streamlit as st

    st.header(plain(version.reference), anchor=False)
    _show_facts(version)
    for sentence in version.applied:
        st.caption(f":material/build: {plain(without_code(sentence))}")
    with st.container(horizontal=True):
        if version.state is DatasetState.READY:
            lead_to(
                "train",
                label="Train a model",
                refusal=refusal(Role.EDITOR),
                dataset=version.reference,
            )
        st.link_button(
            "Download",
            f"/download/datasets/{version.name}/versions/{version.version}/data",
            icon=":material/download:",
        )
        offer_deletion(client, version)


def _show_facts(version: DatasetVersionAnswer) -> None:
    import streamlit as st

    table = [content_told(version)] if version.state is DatasetState.READY else []
    came = "made" if version.derived_from else "uploaded"
    facts = [
        *table,
        size(version.size_bytes),
        plain(version.filename),
        f"{came} {ago(version.created_at, now=now())}",
    ]
    st.caption(" · ".join(facts), help=exactly(version.created_at))


def _show_views(client: Client, version: DatasetVersionAnswer) -> None:
    import streamlit as st

    views: dict[str, Callable[[Client, DatasetVersionAnswer], None]] = {
        _OVERVIEW: _show_overview,
        _COLUMNS: show_columns,
        _TOGETHER: show_relations,
        _HISTORY: show_history,
    }
    if has_pictures(version):
        # Beside the pictures there is what their folders say.
        views = {_OVERVIEW: _show_overview, _HISTORY: show_history}
    key = "show-pictures" if has_pictures(version) else "show"
    tabs = st.tabs(list(views), key=key, on_change="rerun", bind="query-params")
    for view, draw in zip(tabs, views.values(), strict=True):
        if view.open:
            with view:
                draw(client, version)


def _show_overview(client: Client, version: DatasetVersionAnswer) -> None:
    show_findings(client, version)
    show_content(client, version)
    show_reading(client, version)
    offer_reading(client, version)


def _wait(client: Client, version: DatasetVersionAnswer) -> None:
    """Show how far the reading is, until it has ended."""
    import streamlit as st

    @st.fragment(run_every=_LOOK_EVERY_S)
    def look() -> None:
        if client.datasets.show(version.reference).state is not DatasetState.UNREAD:
            st.rerun(scope="app")
        reading = _told_reading(client, version)
        if reading is not None:
            words, share = reading
            st.progress(share, text=words)
            return
        st.info("Nobody reads this table at the moment.", icon=":material/hourglass_empty:")
        if may(Role.EDITOR) and st.button("Read it now"):
            with told():
                client.datasets.ask_for_reading(version.reference)

    look()


def _told_reading(client: Client, version: DatasetVersionAnswer) -> tuple[str, float] | None:
    """Return what the job that reads a version is about, and how far it is; None without one."""
    jobs = client.jobs.page(JobListQuery(kind=JobKind.INGEST, limit=_MOST_READINGS)).items
    job = next((each for each in jobs if each.dataset == version.reference), None)
    if job is None or job.state.is_final:
        return None
    if job.state is JobState.QUEUED:
        return "The table waits to be read …", 0.0
    stage = job.progress
    share = stage.done / stage.total if stage.total else 0.0
    return f"{plain(stage.stage or 'Reading the table')} …", share
