"""Home: what is here."""

from modelyard.client.clients import Client
from modelyard.ui.navigation import Page


def show(client: Client) -> None:
    """Draw the page."""
    import streamlit as st

    health = client.platform.health()
    st.write("The platform is well." if health.is_healthy else "The platform is not well.")


PAGE = Page(title="Home", path="home", order=10, icon=":material/home:", show=show)
