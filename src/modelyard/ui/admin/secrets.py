"""Secrets that are told once: the text of a key, and the link of an invitation."""

from urllib.parse import urlencode, urlsplit


def show_key(text: str) -> None:
    """Draw the text of a new key."""
    import streamlit as st

    st.success("**The key was made. Copy it now: it is not told again.**", icon=":material/key:")
    st.code(text, language=None, wrap_lines=True)


def show_invitation(email: str, token: str) -> None:
    """Draw the link by which somebody chooses a password."""
    import streamlit as st

    from modelyard.ui.parts.texts import plain

    st.success(
        f"**Hand this link to {plain(email)} now: it is not told again.** "
        "It is good once, for three days.",
        icon=":material/mail:",
    )
    st.code(f"{_origin()}/invitation?{urlencode({'token': token})}", language=None, wrap_lines=True)


def _origin() -> str:
    """Return where this page is, as whoever looks reaches it."""
    import streamlit as st

    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
