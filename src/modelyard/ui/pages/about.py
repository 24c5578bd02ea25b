"""About: what Modelyard is, what it can do, what it is built of, and where more is told."""

from modelyard.client.clients import Client
from modelyard.ui.about.abilities import show_abilities
from modelyard.ui.about.stack import show_stack
from modelyard.ui.navigation import Page
from modelyard.ui.parts.texts import plain
from modelyard.ui.process import held

_DOCS = "https://modelyard.readthedocs.io"


def show(client: Client) -> None:
    """Draw the page."""
    import streamlit as st

    version = client.platform.version()
    st.markdown(
        "Modelyard turns a table into a model that is measured against a baseline, explained, "
        "signed, served and watched. The same is done from this page, from Python, from the "
        "command line and over a REST API."
    )
    st.caption(f"{plain(version.product)} {plain(version.version)}")
    with st.container(horizontal=True):
        st.link_button("Documentation", _DOCS, icon=":material/menu_book:")
        api = held().browser_api_url
        st.link_button("REST API", f"{api}/docs", icon=":material/api:")
    st.caption("Questions about this installation answers who runs it: an admin of your tenant.")
    show_abilities(client)
    st.subheader("What it is built of", anchor=False)
    show_stack()


PAGE = Page(title="About", path="about", order=90, icon=":material/info:", show=show)
