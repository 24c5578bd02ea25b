"""Leads out of what Streamlit shows: to the login and back to here, and out of a login.

Streamlit's own links to other paths open a new tab. These are plain HTML that leaves this one.
"""

_BUTTON = """
.leave {
  display: inline-block; font: inherit; font-weight: 600; cursor: pointer; text-decoration: none;
  border: 0; border-radius: var(--st-button-radius); padding: 0.45rem 1rem;
  color: var(--st-background-color); background: var(--st-primary-color);
}
.quiet {
  font-size: 0.875rem; font-weight: 400; padding: 0.25rem 0; background: none;
  color: var(--st-link-color);
}
.leave:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
form { margin: 0; }
"""
# Loaded again, the page leads to the login by itself, and from there back to what is looked at.
_AGAIN = '<a class="leave" href="" target="_self">Log in</a>'
_OUT = (
    '<form method="post" action="/logout">'
    '<button class="leave quiet" type="submit">Log out</button></form>'
)


def offer_login() -> None:
    """Say that a login is needed, and lead there and back."""
    import streamlit as st

    st.info("**You are not logged in, or your login has ended.**", icon=":material/lock:")
    st.components.v2.component("log_in", html=_AGAIN, css=_BUTTON)(key="log-in")


def offer_logout() -> None:
    """Draw what ends the login."""
    import streamlit as st

    st.components.v2.component("log_out", html=_OUT, css=_BUTTON)(key="log-out")
