"""Leads from the script of Streamlit to the routes beside it: to log in, and back to here."""

from urllib.parse import urlencode


def here() -> str:
    """Return the path of the page that is shown, with its parameters."""
    import streamlit as st

    path = st.session_state.get("path", "/")
    query = urlencode(st.query_params.to_dict())
    return f"{path}?{query}" if query else path


def offer_login() -> None:
    """Say that a login is needed, and lead there and back."""
    import streamlit as st

    st.info("**You are not logged in, or your login has ended.**", icon=":material/lock:")
    st.link_button("Log in", f"/login?{urlencode({'next': here()})}", type="primary")
