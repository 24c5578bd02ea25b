"""Puts the page's look on: title, icon, width, and what Streamlit's options leave out."""

from dataclasses import fields
from functools import cache
from pathlib import Path
from string import Template

from modelyard.ui.theme.colours import DARK, LIGHT, variables

from modelyard.ui.theme.colours import DARK, LIGHT, Colours

_HERE = Path(__file__).parent


def dress() -> None:
    """Set up the page that is shown."""
    import streamlit as st

    st.set_page_config(page_title="Modelyard", page_icon=_icon(), layout="wide")
    st.logo(_mark(), size="large")
    st.html(f"<style>{_style()}</style>")


@cache
def _style() -> str:
    return _variables() + (_HERE / "page.css").read_text(encoding="utf-8")


def _variables() -> str:
    """Return the colours for the style sheet, each as it is on light and on dark."""
    pairs = (
        f"--{each.name.replace('_', '-')}: "
        f"light-dark({getattr(LIGHT, each.name)}, {getattr(DARK, each.name)});"
        for each in fields(Colours)
        if each.name != "series"
    )
    return f":root {{ {' '.join(pairs)} }}\n"


def _icon() -> str:
    return str(_HERE / "icon.svg")


def _mark() -> str:
    return str(_HERE / "mark.svg")
