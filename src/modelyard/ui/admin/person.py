"""One person: their role, whether they are let in, and which models a viewer is given."""

from collections.abc import Mapping

from modelyard.client.clients import Client
from modelyard.domain.identities import ANY_MODEL, Role
from modelyard.ui.admin.secrets import show_invitation
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.permissions import caller
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.wire.people import UserAnswer

_GIVEN = {True: "given", False: "refused"}


def show_person(client: Client, user: UserAnswer) -> None:
    """Draw somebody, with what an admin may change."""
    import streamlit as st

    if st.button("People", type="tertiary", icon=":material/arrow_back:"):
        go_to("admin", section="people")
    st.subheader(plain(user.title or user.email), anchor=False)
    st.caption(plain(user.email))
    _offer_role(client, user)
    if user.role is Role.VIEWER:
        _offer_grants(client, user)
    _offer_ways_in(client, user)


def _offer_role(client: Client, user: UserAnswer) -> None:
    import streamlit as st

    with st.container(horizontal=True, vertical_alignment="bottom"):
        roles = list(Role)
        role = st.selectbox("Role", roles, index=roles.index(user.role), width=200)
        if st.button("Give this role", disabled=role == user.role):
            with told():
                client.people.set_role(user.id, role)
                st.rerun()
    if caller().is_operator:
        is_operator = st.toggle(
            "Operator: also makes and closes tenants",
            value=user.is_operator,
            disabled=user.role is not Role.ADMIN,
            help="Only an admin can be an operator.",
        )
        if is_operator != user.is_operator:
            with told():
                client.people.set_operator(user.id, is_operator=is_operator)
                st.rerun()


def _offer_grants(client: Client, user: UserAnswer) -> None:
    """Draw which models a viewer is given; a model without an entry of its own follows `*`."""
    import streamlit as st

    st.markdown("##### Models")
    given = client.people.grants(user.id).models
    _show_grants(given)
    names = sorted({model.name for model in client.models.each()})
    with st.form("grant", clear_on_submit=True):
        model = st.selectbox(
            "Model",
            [ANY_MODEL, *names],
            format_func=lambda name: "every other model" if name == ANY_MODEL else name,
            accept_new_options=True,
        )
        is_given = st.radio("Is", list(_GIVEN), format_func=_GIVEN.__getitem__, horizontal=True)
        is_sent = st.form_submit_button("Set this")
    if is_sent and model:
        with told():
            client.people.grant(user.id, {model: is_given})
            st.rerun()
    taken = st.selectbox("Take an entry back", sorted(given), index=None) if given else None
    if taken and st.button("Take it back"):
        with told():
            client.people.take_back(user.id, taken)
            st.rerun()


def _show_grants(given: Mapping[str, bool]) -> None:
    import streamlit as st

    if not given:
        st.caption("Every model is given: there is no entry that refuses one.")
        return
    st.dataframe(
        {
            "Model": ["every other model" if name == ANY_MODEL else name for name in given],
            "Is": [_GIVEN[is_given] for is_given in given.values()],
        },
        hide_index=True,
    )


def _offer_ways_in(client: Client, user: UserAnswer) -> None:
    import streamlit as st

    st.markdown("##### Ways in")
    with st.container(horizontal=True):
        is_invited = st.button("Invite again", help="For who has forgotten the password.")
        is_out = user.disabled_at is not None
        is_turned = st.button("Let in again" if is_out else "Keep out")
    if is_invited:
        with told():
            invitation = client.people.invite(user.id)
            show_invitation(invitation.user.email, invitation.token)
    if is_turned:
        with told():
            client.people.set_disabled(user.id, is_disabled=not is_out)
            st.rerun()
