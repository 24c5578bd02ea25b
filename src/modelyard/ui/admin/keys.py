"""API keys, for programs: which there are, making one, and revoking one at once."""

from collections.abc import Mapping, Sequence

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.ui.admin.secrets import show_key
from modelyard.ui.parts.emptiness import show_nothing_yet
from modelyard.ui.parts.permissions import caller
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.tables import chosen_row
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import local, now
from modelyard.wire.credentials import KeyAnswer, KeyPost

# How long a key may last, in days (docs/platform.md, People and access).
_LASTS = (7, 30, 90, 365)
_USUAL = 2


def show_keys(client: Client, owners: Mapping[str, str]) -> None:
    """Draw the keys of the tenant, or one's own.

    Args:
        client: that asks.
        owners: id of a user to what they are called; empty for one's own keys.
    """
    me = caller().subject.removeprefix("user:")
    keys = [key for key in client.keys.each() if owners or key.owner == me]
    if keys:
        chosen = _show_list(keys, owners)
        if chosen is not None and chosen.revoked_at is None:
            _offer_revoking(client, chosen)
    else:
        show_nothing_yet(
            "No keys yet",
            "A program that asks this platform sends a key in place of a login.",
            icon=":material/key:",
        )
    _offer_key(client)


def _show_list(keys: Sequence[KeyAnswer], owners: Mapping[str, str]) -> KeyAnswer | None:
    import streamlit as st

    rows = [
        {
            "For": key.title,
            "State": _state(key),
            "Role": key.role.value,
            "Only models": "" if key.models is None else ", ".join(key.models),
            "Owner": owners.get(key.owner or "", key.owner or ""),
            "Last used": None if key.last_used_at is None else local(key.last_used_at),
            "Ends": None if key.expires_at is None else local(key.expires_at),
        }
        for key in keys
    ]
    columns = st.column_config
    config = {title: columns.TextColumn() for title in rows[0]}
    config["Last used"] = columns.DatetimeColumn(format="distance")
    config["Ends"] = columns.DatetimeColumn(format="YYYY-MM-DD")
    if not owners:
        del config["Owner"]
    row = chosen_row(
        rows,
        ids=[key.id for key in keys],
        key="keys",
        about="API keys; choose one to revoke it.",
        config=config,
    )
    return None if row is None else keys[row]


def _state(key: KeyAnswer) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "ended" if key.expires_at is not None and key.expires_at < now() else "good"


def _offer_revoking(client: Client, key: KeyAnswer) -> None:
    import streamlit as st

    st.warning(
        f"Whatever program uses the key for {plain(key.title)} is refused at once.",
        icon=":material/warning:",
    )
    if st.button("Revoke the chosen key", key=f"revoke-{key.id}"):
        with told():
            client.keys.revoke(key.id)
            st.rerun()


def _offer_key(client: Client) -> None:
    import streamlit as st

    st.subheader("Make a key", anchor=False)
    roles = [role for role in Role if role <= caller().role]
    names = sorted({model.name for model in client.models.each()})
    with st.form("key", clear_on_submit=True):
        title = st.text_input("What it is for", max_chars=200)
        role = st.selectbox("Role", roles)
        models = st.multiselect(
            "Only these models",
            names,
            help="Such a key asks them for predictions, and does nothing else. Empty: not bound.",
        )
        lasts = st.selectbox("Lasts", _LASTS, index=_USUAL, format_func=lambda days: f"{days} days")
        is_sent = st.form_submit_button("Make the key", type="primary")
    if not is_sent:
        return
    if not title.strip():
        st.warning("Say what the key is for, so that it can be told from others later.")
        return
    with told():
        body = KeyPost(title=title.strip(), role=role, models=models or None, expires_in_days=lasts)
        show_key(client.keys.add(body).key)
