"""Questions that are asked before something is done that cannot be undone, or needs a word more."""

from collections.abc import Callable
from functools import partial


def offer_question(
    label: str,
    ask: Callable[[], None],
    *,
    title: str,
    icon: str,
    refusal: str | None = None,
) -> None:
    """Draw a button that asks a question; it stays asked until it is answered or closed.

    Args:
        label: of the button.
        ask: draws what is asked, and what answers it; whoever has answered calls `answered`.
        title: of the question, as Markdown; no other one of the page has it.
        icon: of the button.
        refusal: why it may not be asked; None where it may.
    """
    import streamlit as st

    flag = _flag(title)
    st.button(
        label,
        icon=icon,
        disabled=refusal is not None,
        help=refusal,
        on_click=partial(st.session_state.__setitem__, flag, True),  # noqa: FBT003 -- an item
    )
    if st.session_state.get(flag):
        st.dialog(title, on_dismiss=partial(answered, title))(ask)()


def answered(title: str) -> None:
    """Take a question for answered, or closed."""
    import streamlit as st

    st.session_state.pop(_flag(title), None)


def _flag(title: str) -> str:
    return f"asked: {title}"
