"""Admin: people, keys, tenants and the record of deeds, for the admins of a tenant."""

from collections.abc import Callable

from modelyard.client.clients import Client
from modelyard.domain.identities import LOCAL_CALLER, Role
from modelyard.ui.admin.deeds import show_deeds
from modelyard.ui.admin.keys import show_keys
from modelyard.ui.admin.people import show_people
from modelyard.ui.admin.tenants import show_tenants
from modelyard.ui.navigation import Page, look_at, looked_at
from modelyard.ui.parts.permissions import caller


def show(client: Client) -> None:
    """Draw the section that the address names."""
    import streamlit as st

    sections: dict[str, tuple[str, Callable[[], None]]] = {
        "people": ("People", lambda: show_people(client)),
        "keys": ("API keys", lambda: show_keys(client, _names(client))),
        "deeds": ("Record of deeds", lambda: show_deeds(client, _names(client))),
    }
    if caller().is_operator and caller().subject != LOCAL_CALLER.subject:
        sections["tenants"] = ("Tenants", lambda: show_tenants(client))
    asked = looked_at("section")
    chosen = st.segmented_control(
        "Section",
        list(sections),
        format_func=lambda key: sections[key][0],
        default=asked if asked in sections else "people",
        required=True,
        label_visibility="collapsed",
    )
    look_at({"section": chosen})
    sections[chosen][1]()


def _names(client: Client) -> dict[str, str]:
    return {"local": "this machine"} | {user.id: user.email for user in client.people.each()}


PAGE = Page(
    title="Admin",
    path="admin",
    order=80,
    icon=":material/admin_panel_settings:",
    needs=Role.ADMIN,
    show=show,
)
