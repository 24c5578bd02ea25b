"""Deletes a version or a dataset, once it is said what came of it and what stays."""

from functools import partial

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.kit.numerals import counted
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.permissions import refusal
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.questions import answered, offer_question
from modelyard.ui.parts.texts import plain
from modelyard.wire.datasets import DatasetVersionAnswer

_N_NAMED = 5


def offer_deletion(client: Client, version: DatasetVersionAnswer) -> None:
    """Draw what deletes a version, or every version of its dataset."""
    offer_question(
        "Delete",
        partial(_ask, client, version),
        title=_title(version),
        icon=":material/delete:",
        refusal=refusal(Role.EDITOR),
    )


def _title(version: DatasetVersionAnswer) -> str:
    return f"Delete {plain(version.reference)}?"


def _ask(client: Client, version: DatasetVersionAnswer) -> None:
    import streamlit as st

    with told():
        _tell_what_came_of_it(client, version)
    one = f"Only version {version.version}"
    every = f"Every version of {version.name}"
    wanted = st.radio("What is to be deleted", [one, every], format_func=plain)
    st.caption("The file is gone then, and cannot be brought back.")
    if st.button("Delete it", type="primary", icon=":material/delete:"):
        with told():
            client.datasets.delete(version.reference if wanted == one else version.name)
            answered(_title(version))
            go_to("data")


def _tell_what_came_of_it(client: Client, version: DatasetVersionAnswer) -> None:
    import streamlit as st

    lineage = client.datasets.lineage(version.reference)
    if not lineage.runs and not lineage.models:
        st.markdown("No training has used this version.")
        return
    runs, models = counted(len(lineage.runs), "training"), counted(len(lineage.models), "model")
    named = ", ".join(plain(each) for each in lineage.models[:_N_NAMED])
    more = f" and {len(lineage.models) - _N_NAMED} more" if len(lineage.models) > _N_NAMED else ""
    told_models = f" ({named}{more})" if named else ""
    st.markdown(
        f"{runs} and {models}{told_models} came of it. They stay and keep the hash of the data, "
        "but cannot be trained again without the file."
    )
