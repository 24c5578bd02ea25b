"""The way back from one thing to the list that it is in."""

from modelyard.ui.navigation import go_to


def offer_way_back(label: str, *, to: str) -> None:
    """Draw what leads back.

    Args:
        label: of the list.
        to: path of its page.
    """
    import streamlit as st

    if st.button(label, type="tertiary", icon=":material/arrow_back:"):
        go_to(to)
