"""The way to a first model: on a table that is there already, or on one's own."""

from modelyard.client.clients import Client
from modelyard.domain.errors import NotFound
from modelyard.domain.identities import Role
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.emptiness import show_nothing_yet
from modelyard.ui.parts.permissions import may
from modelyard.ui.parts.problems import told

# The table of the demo, and the sample that it is where there is no demo.
_DEMO, _SAMPLE = "demo", "iris"


def show_beginning(client: Client) -> None:
    """Draw the way to a first model, for who may train one."""
    import streamlit as st

    with st.container(border=True):
        st.subheader("A first model in three clicks", anchor=False)
        st.markdown(
            "A small table of flowers is here to try everything on: their measures, and which "
            "species they are. **Choose it, start the training, and see how good it is.**"
        )
        with st.container(horizontal=True):
            is_sample = st.button(
                "Train on the sample table", type="primary", icon=":material/model_training:"
            )
            offer_own_table()
        if is_sample:
            with told():
                go_to("train", dataset=_sample(client))


def show_waiting() -> None:
    """Say from whom models come, to who may not train one."""
    show_nothing_yet(
        "No models for you yet",
        "Editors and admins bring tables and train. What they let you see appears here.",
        icon=":material/deployed_code:",
    )


def offer_own_table() -> None:
    """Draw what leads to where a table is brought, for who may bring one."""
    import streamlit as st

    if may(Role.EDITOR) and st.button("Bring your own table", icon=":material/upload_file:"):
        go_to("data")


def _sample(client: Client) -> str:
    """Return the reference of the table to try; where there is none it is made of a sample."""
    import streamlit as st

    try:
        version = client.datasets.show(_DEMO)
    except NotFound:
        version = client.datasets.add_sample(_SAMPLE)
    # A platform that has just been started may not have come to it yet.
    with st.spinner("The table is being read."):
        return client.datasets.read(version.reference).reference
