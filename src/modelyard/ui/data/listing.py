"""The datasets that there are, the box for another one, and samples for who has none at hand."""

from collections.abc import Sequence

from modelyard.client.clients import Client
from modelyard.domain.datasets import DatasetState
from modelyard.domain.identities import Role
from modelyard.kit.numerals import counted
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.cursors import offer_pages, page_query
from modelyard.ui.parts.emptiness import show_nothing_yet
from modelyard.ui.parts.permissions import may
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.tables import chosen_row
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import local
from modelyard.ui.uploading.dropping import upload_box
from modelyard.wire.datasets import DatasetAnswer, DatasetVersionAnswer

_LIST = "datasets"
_STATES = {DatasetState.UNREAD: "being read", DatasetState.FAILED: "not readable"}


def show_all(client: Client) -> None:
    """Draw the page without a dataset."""
    import streamlit as st

    page = client.datasets.page(page_query(_LIST))
    if may(Role.EDITOR):
        uploaded = upload_box(key="upload", names=[each.name for each in page.items])
        if uploaded is not None:
            go_to("data", dataset=uploaded)
        _show_cut(client)
    if not page.items:
        show_nothing_yet(
            "No data yet",
            "Drop a table with one row for each case and one column for what you want to know "
            "later."
            if may(Role.EDITOR)
            else "An editor can bring a table; you will see it here.",
            icon=":material/table:",
        )
        _offer_samples(client, is_first=True)
        return
    st.subheader("Datasets", anchor=False)
    _show_list(page.items)
    offer_pages(_LIST, page.next_cursor)
    _offer_samples(client, is_first=False)


def _show_list(datasets: Sequence[DatasetAnswer]) -> None:
    import streamlit as st

    columns = st.column_config
    row = chosen_row(
        [_row(each) for each in datasets],
        ids=[each.latest.reference for each in datasets],
        key="datasets-table",
        about="Datasets; choose one to see it.",
        is_whole=True,
        config={
            "Name": columns.TextColumn(width="medium"),
            "Rows": columns.NumberColumn(format="localized"),
            "Columns": columns.NumberColumn(format="localized"),
            "Size": columns.NumberColumn(format="bytes"),
            "Versions": columns.NumberColumn(),
            "Findings": columns.TextColumn(),
            "Changed": columns.DatetimeColumn(format="distance"),
        },
    )
    if row is not None:
        go_to("data", dataset=datasets[row].latest.reference)


def _row(dataset: DatasetAnswer) -> dict[str, object]:
    latest = dataset.latest
    return {
        "Name": dataset.name,
        "Rows": latest.n_rows,
        "Columns": latest.n_columns,
        "Size": latest.size_bytes,
        "Findings": told_findings(latest),
        "Changed": local(latest.created_at),
        "Versions": dataset.n_versions,
    }


def told_findings(version: DatasetVersionAnswer) -> str:
    """Return in a word or two what was found in a version."""
    if version.state is not DatasetState.READY:
        return _STATES[version.state]
    if version.n_errors is None or version.n_warnings is None:
        return ""
    parts = [
        *([counted(version.n_errors, "error")] if version.n_errors else []),
        *([counted(version.n_warnings, "warning")] if version.n_warnings else []),
    ]
    return ", ".join(parts) or "none"


def _show_cut(client: Client) -> None:
    """Tell of uploads that lie half done, for whoever may have forgotten them."""
    import streamlit as st

    for upload in client.datasets.uploads():
        if not upload.offset:
            continue
        share = upload.offset * 100 // upload.size_bytes
        line, button = st.columns([5, 1], vertical_alignment="center")
        line.caption(
            f"**{plain(upload.filename)}** is being uploaded or was cut off at {share} %. "
            "Choose the same file again, and it goes on from there."
        )
        if button.button("Discard", key=f"discard-{upload.id}"):
            with told():
                client.datasets.give_up(upload.id)
                st.rerun()


def _offer_samples(client: Client, *, is_first: bool) -> None:
    import streamlit as st

    if not may(Role.EDITOR):
        return
    with st.container() if is_first else st.expander("Sample tables to try things with"):
        if is_first:
            st.markdown("Or begin with a table that is here already:")
        samples = client.datasets.samples().items
        for column, sample in zip(st.columns(len(samples)), samples, strict=True):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{plain(sample.name)}**")
                st.caption(plain(sample.about))
                if st.button(f"Take {sample.name}", key=f"sample-{sample.name}"):
                    with told():
                        added = client.datasets.add_sample(sample.name)
                        go_to("data", dataset=added.reference)
