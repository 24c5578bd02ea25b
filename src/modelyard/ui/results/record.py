"""The record of a training: what was found in its data, its settings, and how to repeat it."""

import json
from collections.abc import Mapping
from typing import Any

from modelyard.ui.parts.advice import advised
from modelyard.ui.parts.texts import plain
from modelyard.wire.results import FoundAnswer, ResultsAnswer

_ICONS = {"error": ":red[:material/error:]", "warning": ":orange[:material/warning:]"}
_NOTE = ":material/info:"


def show_record(results: ResultsAnswer) -> None:
    """Draw findings, repairs, settings, and the commands that train the same again."""
    import streamlit as st

    st.subheader("What was found in the data", anchor=False)
    if not results.findings:
        st.markdown("The checks found nothing to be wary of.")
    st.markdown("\n".join(map(_finding, results.findings)))
    if results.fixes:
        st.markdown("**Mended before the training**")
        st.markdown("\n".join(f"- {plain(each)}" for each in results.fixes))
    if results.parity:
        st.subheader("What is served is what was trained", anchor=False)
        st.markdown(plain(results.parity))
    st.subheader("Settings", anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        _show_settings("What was asked for", results.config)
    with right:
        _show_settings("Hyperparameters", results.parameters)
    if results.command:
        st.subheader("How to train it again", anchor=False)
        st.code(results.command, language="bash", wrap_lines=True)
        st.code(results.python, language="python", wrap_lines=True)
    with st.expander("Versions of the libraries"):
        _show_settings("", results.versions)


def _finding(found: FoundAnswer) -> str:
    fix = f" *{advised(found.fix)}*" if found.fix else ""
    return f"- {_ICONS.get(found.severity, _NOTE)} {plain(found.message)}{fix}"


def _show_settings(title: str, settings: Mapping[str, Any]) -> None:
    import streamlit as st

    if title:
        st.markdown(f"**{title}**")
    if not settings:
        st.caption("Nothing beside the defaults.")
        return
    st.dataframe(
        {
            "Setting": sorted(settings),
            "Value": [_written(settings[name]) for name in sorted(settings)],
        },
        hide_index=True,
        alt=title or "Libraries and their versions.",
    )


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
