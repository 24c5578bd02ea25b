"""What would stop the training, and what is decided about it: mended, or trained all the same."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from modelyard.domain.configs import TrainingConfig
from modelyard.kit.numerals import counted
from modelyard.ui.data.findings import offered
from modelyard.ui.parts.texts import plain
from modelyard.ui.training.forms import Form
from modelyard.wire.outlines import OutlineAnswer

Decisions = dict[str, str]

# In place of a fix: the finding is known, and the training goes on.
_ACCEPT = "accept"


def decided(config: TrainingConfig, *, form: Form, base: TrainingConfig) -> TrainingConfig:
    """Return the training with what was decided about findings of its target.

    Args:
        config: with its target.
        form: that is filled in.
        base: what was decided in the training that it was filled in from.
    """
    is_same = base.target == config.target
    first = dict.fromkeys(base.accepted, _ACCEPT) | dict(base.fixes) if is_same else {}
    chosen = _chosen(form, config.target, first)
    return replace(
        config,
        accepted=frozenset(name for name, what in chosen.items() if what == _ACCEPT),
        fixes={name: what for name, what in chosen.items() if what != _ACCEPT},
    )


def show_blocking(outline: OutlineAnswer, *, target: str, form: Form) -> None:
    """Draw the findings that would stop the training, each with what may be decided."""
    import streamlit as st

    chosen = _chosen(form, target, {})
    for name, what in chosen.items():
        _show_decided(name, what, chosen)
    found = [each for each in outline.findings if each["name"] in outline.blocking]
    if not found:
        return
    st.warning(
        f"**{counted(len(found), 'finding')} would stop the training.** A model that learns from "
        "what gives the answer away looks good here and fails in use. Decide what is to be done:",
        icon=":material/warning:",
    )
    for finding in found:
        _show_finding(finding, chosen)


def _show_finding(finding: Mapping[str, Any], chosen: Decisions) -> None:
    import streamlit as st

    name = finding["name"]
    with st.container(border=True):
        st.markdown(plain(finding["message"]))
        with st.container(horizontal=True):
            for fix in sorted(finding["fixes"], key=lambda fix: fix != finding["safe_fix"]):
                st.button(
                    offered(fix),
                    key=f"decide-{name}-{fix}",
                    type="primary" if fix == finding["safe_fix"] else "secondary",
                    on_click=chosen.update,
                    kwargs={name: fix},
                )
            st.button(
                "Train all the same",
                key=f"decide-{name}",
                on_click=chosen.update,
                kwargs={name: _ACCEPT},
                help="The report will say that this was known.",
            )


def _show_decided(name: str, what: str, chosen: Decisions) -> None:
    import streamlit as st

    with st.container(horizontal=True, vertical_alignment="center"):
        told = "trained all the same" if what == _ACCEPT else offered(what).lower()
        st.caption(f"Decided for {plain(name)}: {told}.")
        st.button(
            "Undo", key=f"undo-{name}", type="tertiary", on_click=chosen.__delitem__, args=(name,)
        )


def _chosen(form: Form, target: str, first: Decisions) -> Decisions:
    return form.held(f"decisions-{target}", first)
