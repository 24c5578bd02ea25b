"""What is learned from: every column but those that are left out, with why some are doubtful."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from modelyard.client.clients import Client
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.findings import Severity
from modelyard.kit.numerals import count, counted
from modelyard.kit.texts import visible
from modelyard.ui.data.columns import KINDS
from modelyard.ui.data.profiles import profile_of
from modelyard.ui.parts.texts import plain, short
from modelyard.ui.training.forms import Form
from modelyard.wire.datasets import DatasetVersionAnswer
from modelyard.wire.outlines import OutlineAnswer

# Doubts that are shown at once; the rest opens.
_N_FIRST = 8


@dataclass(frozen=True)
class Doubt:
    """Why a column may not be worth learning from.

    Attributes:
        is_left_out: whether the training leaves it out by itself.
    """

    column: str
    reasons: tuple[str, ...]
    is_left_out: bool


def doubts_of(outline: OutlineAnswer, *, target: str) -> list[Doubt]:
    """Return the columns that findings are about, those that are left out behind.

    What stops the training is told elsewhere, with what to do about it.
    """
    reasons: dict[str, list[str]] = {}
    left_out: set[str] = set()
    for finding in outline.findings:
        is_matter = finding["severity"] == Severity.WARNING or finding["drops"]
        if not is_matter or finding["name"] in outline.blocking:
            continue
        left_out.update(finding["drops"])
        for column in finding["columns"]:
            if column != target:
                reasons.setdefault(column, []).append(finding["message"])
    doubts = [Doubt(name, tuple(told), name in left_out) for name, told in reasons.items()]
    return sorted(doubts, key=lambda doubt: doubt.is_left_out)


def dropping(form: Form, first: Sequence[str] = ()) -> str:
    """Return the key of the widget that says what is left out."""
    return form.key("drop", list(first))


def choose_features(
    client: Client,
    version: DatasetVersionAnswer,
    *,
    config: TrainingConfig,
    form: Form,
) -> TrainingConfig:
    """Draw which columns are to be left out, and return the training without them."""
    import streamlit as st

    columns = profile_of(client, version)["profile"]["columns"]
    kinds = {each["name"]: KINDS.get(each["kind"], each["kind"]) for each in columns}
    others = [name for name in kinds if name not in {config.target, config.time, config.group}]
    first = [name for name in config.drop if name in others]
    key = dropping(form, first)
    st.session_state[key] = [name for name in st.session_state[key] if name in others]
    drop = st.multiselect(
        "Leave these columns out",
        others,
        format_func=lambda name: f"{visible(name)} ({kinds[name]})",
        key=key,
        placeholder="None: learn from all",
        help="Leave out what is not known yet when the answer is asked for.",
    )
    form.keep("drop", drop)
    return replace(config, drop=tuple(drop))


def show_features(outline: OutlineAnswer, *, target: str, key: str) -> None:
    """Draw how many columns are learned from, and which of them are doubtful and why.

    Args:
        outline: of the training.
        target: of the training.
        key: of the widget that says what is left out.
    """
    import streamlit as st

    n_features, n_others = (
        sum(each.is_feature for each in outline.columns),
        len(outline.columns) - 1,
    )
    st.markdown(f"Learns from **{count(n_features)}** of {counted(n_others, 'column')}.")
    doubts = doubts_of(outline, target=target)
    for doubt in doubts[:_N_FIRST]:
        _show_doubt(doubt, key=key)
    if len(doubts) > _N_FIRST:
        with st.expander(f"{count(len(doubts) - _N_FIRST)} more columns are doubtful"):
            for doubt in doubts[_N_FIRST:]:
                _show_doubt(doubt, key=key)


def _show_doubt(doubt: Doubt, *, key: str) -> None:
    import streamlit as st

    with st.container(horizontal=True, vertical_alignment="center"):
        said = "is left out" if doubt.is_left_out else "is doubtful"
        st.markdown(f"**{short(doubt.column)}** {said}: " + " ".join(map(plain, doubt.reasons)))
        if not doubt.is_left_out:
            st.button(
                "Leave it out",
                key=f"{key}-{doubt.column}",
                on_click=_leave_out,
                args=(key, doubt.column),
            )


def _leave_out(key: str, column: str) -> None:
    import streamlit as st

    st.session_state[key] = [*st.session_state[key], column]
