"""Tags of a version, and its end: what people write onto a model, and how it is deleted."""

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.domain.names import CHAMPION
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.permissions import may, refusal
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.wire.models import ModelDetail


def show_tags(client: Client, model: ModelDetail) -> None:
    """Draw the tags of a version, and what sets another one."""
    import streamlit as st

    if not model.tags:
        st.caption("No tags yet. A tag is a word with a value, e.g. stage with draft.")
    is_editor, why = may(Role.EDITOR), refusal(Role.EDITOR)
    for key, value in sorted(model.tags.items()):
        words, deeds = st.columns([5, 1], vertical_alignment="center")
        words.markdown(f"**{plain(key)}** {plain(value)}")
        if deeds.button("Take off", key=f"untag-{key}", disabled=not is_editor, help=why):
            with told():
                client.models.tag(model.id, {key: None})
                st.rerun()
    with st.form("tag", clear_on_submit=True, border=False):
        left, middle, right = st.columns([2, 3, 1], vertical_alignment="bottom")
        key = left.text_input("Tag", max_chars=200).strip()
        value = middle.text_input("Value", max_chars=2000).strip()
        is_sent = right.form_submit_button("Set", disabled=not is_editor, help=why)
    if is_sent and key:
        with told():
            client.models.tag(model.id, {key: value})
            st.rerun()


def ask_to_delete(client: Client, model: ModelDetail) -> None:
    """Ask whether a version is to be deleted, once it is said what that means."""
    import streamlit as st

    served = [each.name for each in model.deployments if each.is_wanted]
    is_champion = CHAMPION in model.aliases

    @st.dialog(f"Delete {plain(model.id)}?")
    def ask() -> None:
        if served:
            st.warning(
                f"It is served as {plain(', '.join(served))}. Take that down first, or deploy "
                "another version there."
            )
            return
        st.markdown(
            "Its package is gone then, and cannot be brought back. The record of its training "
            "stays, and the number of the version is never given again."
        )
        is_sure = True
        if is_champion:
            name = plain(model.name)
            is_sure = st.checkbox(
                f"Yes, although it is the champion: **{name}** means its newest version then."
            )
        if st.button("Delete", type="primary", icon=":material/delete:", disabled=not is_sure):
            with told():
                client.models.delete(model.id, is_forced=is_champion)
                go_to("models")

    ask()
