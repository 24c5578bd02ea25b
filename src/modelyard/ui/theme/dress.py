"""Puts the page's look on: title, icon, width, and what Streamlit's options leave out."""

from functools import cache
from pathlib import Path

from modelyard.ui.theme.colours import variables

_HERE = Path(__file__).parent


def dress() -> None:
    """Set up the page that is shown."""
    import streamlit as st

    st.set_page_config(page_title="Modelyard", page_icon=_icon(), layout="wide")
    st.logo(_mark(), size="large")
    st.html(f"<style>{_style()}</style>")


@cache
def _style() -> str:
    return variables() + (_HERE / "page.css").read_text(encoding="utf-8")


def _icon() -> str:
    return str(_HERE / "icon.svg")


def _mark() -> str:
    return str(_HERE / "mark.svg")
