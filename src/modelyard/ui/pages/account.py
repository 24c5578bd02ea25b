"""Account: one's own role, password and API keys, where people log in."""

from modelyard.client.clients import Client
from modelyard.domain.passwords import MIN_LENGTH
from modelyard.ui.admin.keys import show_keys
from modelyard.ui.navigation import Page
from modelyard.ui.parts.permissions import caller, email
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain


def show(client: Client) -> None:
    """Draw the page."""
    import streamlit as st

    me = caller()
    operator = " and an operator of the platform" if me.is_operator else ""
    named = f"**{plain(email())}**, " if email() else ""
    st.markdown(
        f"You are {named}**{me.role.value}**{operator} in the tenant **{plain(me.tenant)}**."
    )
    st.subheader("Your API keys", anchor=False)
    show_keys(client, {})
    _offer_password(client)


def _offer_password(client: Client) -> None:
    import streamlit as st

    st.subheader("Change your password", anchor=False)
    with st.form("password", clear_on_submit=True):
        before = st.text_input("Password until now", type="password")
        after = st.text_input(
            "New password",
            type="password",
            help=f"At least {MIN_LENGTH} characters; several words in a row are good.",
        )
        is_sent = st.form_submit_button("Change it", type="primary")
    if is_sent:
        with told():
            client.logins.change_password(before, after)
            st.success("It was changed. Every login ends, this one too: log in with the new one.")


PAGE = Page(
    title="Account",
    path="account",
    order=85,
    icon=":material/account_circle:",
    is_personal=True,
    show=show,
)
