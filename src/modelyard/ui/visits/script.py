"""What Streamlit runs for each visit and each click: who asks, the navigation, and the page."""

from functools import partial

import streamlit as st

from modelyard.client.clients import Client
from modelyard.domain.errors import ModelyardError, NotAuthorized
from modelyard.domain.identities import LOCAL_CALLER
from modelyard.ui.navigation import Page, every_page, registered
from modelyard.ui.parts import permissions
from modelyard.ui.parts.emptiness import OF_OTHER_MODELS, show_nothing_yet
from modelyard.ui.parts.leaving import offer_logout
from modelyard.ui.parts.problems import tell, told
from modelyard.ui.parts.texts import plain
from modelyard.ui.process import COOKIE, SECURE_COOKIE, held
from modelyard.ui.theme.dress import dress

# Of which login the state of the visit is.
_LOGIN = "login"


def visit() -> None:
    """Show what was asked for, to whoever asks."""
    cookies = st.context.cookies
    session_id = cookies.get(SECURE_COOKIE) or cookies.get(COOKIE)
    _forget_others(session_id)
    dress()
    try:
        sessions = held().sessions
        client, login = sessions.client(session_id), sessions.find(session_id)
        permissions.remember(client.logins.show_me(), email=login.email if login else "")
    except NotAuthorized as error:
        # Loaded again, the page leads to the login.
        held().sessions.end(session_id)
        tell(error)
        return
    except ModelyardError as error:
        tell(error)
        return
    pages = [
        registered(page, partial(_draw, page, client), is_shown=_is_shown(page))
        for page in every_page()
    ]
    chosen = st.navigation(pages)
    _say_who()
    chosen.run()


def _forget_others(session_id: str | None) -> None:
    """Drop what was kept for another login: a browser that comes again may be another person's."""
    if st.session_state.get(_LOGIN, session_id) != session_id:
        st.session_state.clear()
    st.session_state[_LOGIN] = session_id


def _is_shown(page: Page) -> bool:
    return (
        permissions.may(page.needs)
        and (_has_logged_in() or not page.is_personal)
        and (permissions.sees_every_model() or not page.is_of_all_models)
    )


def _has_logged_in() -> bool:
    return permissions.caller().subject != LOCAL_CALLER.subject


def _say_who() -> None:
    if not _has_logged_in():
        return
    caller = permissions.caller()
    with st.sidebar:
        st.markdown(f"**{plain(permissions.email())}**")
        st.caption(f"{caller.role.value} · {plain(caller.tenant)}")
        offer_logout()


def _draw(page: Page, client: Client) -> None:
    st.title(page.title, anchor=False)
    if page.is_personal and not _has_logged_in():
        st.info("Nobody logs in here, so that there are no accounts.", icon=":material/lock_open:")
        return
    refusal = permissions.refusal(page.needs)
    if refusal is not None:
        st.info(refusal, icon=":material/lock:")
        return
    if page.is_of_all_models and not permissions.sees_every_model():
        show_nothing_yet(f"No {page.title.lower()} for you", OF_OTHER_MODELS, icon=page.icon)
        return
    with told():
        page.show(client)


if __name__ == "__main__":
    visit()
