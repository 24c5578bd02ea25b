"""Deletes a version or a dataset, once it is said what came of it and what stays."""

from modelyard.client.clients import Client
from modelyard.kit.numerals import counted
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.wire.datasets import DatasetVersionAnswer

_N_NAMED = 5


def confirm_deletion(client: Client, version: DatasetVersionAnswer) -> None:
    """Ask whether a version is really to be deleted, and what else."""
    import streamlit as st

    @st.dialog(f"Delete {plain(version.reference)}?")
    def ask() -> None:
        with told():
            _tell_what_came_of_it(client, version)
        one = f"Only version {version.version}"
        every = f"Every version of {version.name}"
        wanted = st.radio("What is to be deleted", [one, every], format_func=plain)
        st.caption("The file is gone then, and cannot be brought back.")
        if st.button("Delete", type="primary", icon=":material/delete:"):
            with told():
                client.datasets.delete(version.reference if wanted == one else version.name)
                go_to("data")

    ask()


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
