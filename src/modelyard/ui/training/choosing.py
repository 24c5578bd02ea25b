"""Which dataset is trained on: those that can be, and the first rows of the one that is chosen."""

from modelyard.client.clients import Client
from modelyard.domain.datasets import DatasetState
from modelyard.domain.jobs import JobKind, JobState
from modelyard.kit.texts import visible
from modelyard.ui.data.rows import content_told, show_content
from modelyard.ui.navigation import link_to, look_at
from modelyard.ui.parts.emptiness import show_nothing_yet
from modelyard.ui.parts.texts import plain, short
from modelyard.ui.parts.times import ago, now
from modelyard.ui.pictures.walls import has_pictures
from modelyard.wire.bodies import PageQuery
from modelyard.wire.datasets import DatasetVersionAnswer
from modelyard.wire.jobs import JobListQuery

# More are found on the page about data, which leads here.
_MOST_OFFERED = 200
_MOST_RUNNING = 5


def choose_dataset(client: Client, reference: str | None) -> DatasetVersionAnswer | None:
    """Draw the choice of a dataset, and return what was chosen; None where there is nothing yet.

    Args:
        client: of the platform.
        reference: that the address names, None for none.
    """
    import streamlit as st

    ready = _ready(client)
    if reference is None and not ready:
        _show_nothing()
        return None
    version = (
        max(ready, key=lambda each: each.created_at)
        if reference is None
        else client.datasets.show(reference)
    )
    names = list(dict.fromkeys([version.reference, *(each.reference for each in ready)]))
    chosen = st.selectbox("Dataset", names, format_func=visible, key=f"dataset-{version.reference}")
    if chosen != version.reference:
        look_at({"dataset": chosen, "again": None})
        st.rerun()
    if version.state is not DatasetState.READY:
        st.info(f"{plain(version.reference)} cannot be trained on: it is {version.state.value}.")
        link_to("data", label="Look at it", dataset=version.reference)
        return None
    return version


def show_first_rows(client: Client, version: DatasetVersionAnswer) -> None:
    """Draw the first rows where they are wanted: whoever comes from the data has seen them."""
    import streamlit as st

    told = (
        f"Show some of {content_told(version)}"
        if has_pictures(version)
        else (f"Show the first of {content_told(version)}")
    )
    if st.toggle(told, key=f"rows-{version.reference}"):
        show_content(client, version)


def show_running(client: Client) -> None:
    """Draw the trainings that run or wait, to go on watching them."""
    import streamlit as st

    found = []
    for state in (JobState.RUNNING, JobState.QUEUED):
        query = JobListQuery(kind=JobKind.TRAINING, state=state, limit=_MOST_RUNNING)
        found += client.jobs.page(query).items
    for job in found[:_MOST_RUNNING]:
        begun = job.started_at or job.created_at
        label = f"{short(job.dataset or '')}: {job.state.value}, since {ago(begun, now=now())}"
        link_to("train", label=label, icon=":material/progress_activity:", job=job.id)
    if found:
        st.space("small")


def _ready(client: Client) -> list[DatasetVersionAnswer]:
    """Return the latest versions that can be trained on."""
    found = client.datasets.page(PageQuery(limit=_MOST_OFFERED)).items
    return [each.latest for each in found if each.latest.state is DatasetState.READY]


def _show_nothing() -> None:
    with show_nothing_yet(
        "No data yet",
        "A model learns from a table. There is none here yet.",
        icon=":material/table:",
    ):
        link_to("data", label="Bring a table", icon=":material/upload:")
