"""The people of the tenant: who there is, what they may do, and how others are invited."""

from collections.abc import Sequence

from modelyard.client.clients import Client
from modelyard.domain.identities import LOCAL_CALLER, Role
from modelyard.ui.admin.person import show_person
from modelyard.ui.admin.secrets import show_invitation
from modelyard.ui.navigation import go_to, looked_at
from modelyard.ui.parts.emptiness import show_nothing_yet
from modelyard.ui.parts.permissions import caller
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.tables import chosen_row
from modelyard.ui.parts.times import local
from modelyard.wire.people import UserAnswer

ROLES = {
    Role.VIEWER: "viewer: sees and asks models",
    Role.EDITOR: "editor: also uploads, trains, deploys",
    Role.ADMIN: "admin: also looks after people and keys",
}


def show_people(client: Client) -> None:
    """Draw the list of people, or the one that the address names."""
    user_id = looked_at("user")
    if user_id is not None:
        show_person(client, client.people.show(user_id))
        return
    if caller().subject == LOCAL_CALLER.subject:
        _say_how_to_begin()
        return
    _show_list(list(client.people.each()))
    _offer_invitation(client)


def state_of(user: UserAnswer) -> str:
    """Return how somebody stands."""
    if user.disabled_at is not None:
        return "kept out"
    return "active" if user.has_password else "invited"


def _say_how_to_begin() -> None:
    show_nothing_yet(
        "Nobody has an account here",
        "Nobody logs in: whoever can start a program on this machine may do everything. For "
        "accounts, start the platform once with `modelyard up --login`. It prints a token that "
        "makes the first one; everybody else is invited here.",
        icon=":material/group:",
    )


def _show_list(people: Sequence[UserAnswer]) -> None:
    import streamlit as st

    columns = st.column_config
    row = chosen_row(
        [
            {
                "E-mail": user.email,
                "Name": user.title,
                "Role": user.role.value + (", operator" if user.is_operator else ""),
                "State": state_of(user),
                "Since": local(user.created_at),
            }
            for user in people
        ],
        ids=[user.id for user in people],
        key="people",
        about="The people of the tenant; choose one to change what they may do.",
        config={
            "E-mail": columns.TextColumn(width="medium"),
            "Name": columns.TextColumn(),
            "Role": columns.TextColumn(),
            "State": columns.TextColumn(),
            "Since": columns.DatetimeColumn(format="distance"),
        },
    )
    if row is not None:
        go_to("admin", section="people", user=people[row].id)


def _offer_invitation(client: Client) -> None:
    import streamlit as st

    st.subheader("Invite somebody", anchor=False)
    with st.form("invite", clear_on_submit=True):
        email = st.text_input("E-mail address")
        title = st.text_input("Name", help="May be left empty.")
        role = st.selectbox("Role", list(ROLES), format_func=lambda role: ROLES[Role(role)])
        is_sent = st.form_submit_button("Make the invitation", type="primary")
    if is_sent:
        with told():
            invitation = client.people.add(email.strip(), role, title=title.strip())
            show_invitation(invitation.user.email, invitation.token)
