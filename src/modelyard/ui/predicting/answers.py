"""The answer to one row: what, how sure, why, and what is odd about the row."""

from collections.abc import Mapping
from typing import Any

from modelyard.domain.explanations import Method, Scale
from modelyard.domain.predictions import FlagKind
from modelyard.kit.numerals import number
from modelyard.ui.parts.cells import cell_told
from modelyard.ui.parts.frames import draw
from modelyard.ui.parts.texts import plain
from modelyard.ui.predicting import pictures
from modelyard.ui.predicting.asking import LEVEL, is_number
from modelyard.wire.models import ModelDetail
from modelyard.wire.predictions import PredictAnswer

_FLAGS = {
    FlagKind.UNSEEN_CATEGORY: "holds a value that training did not see",
    FlagKind.OUT_OF_RANGE: "lies beyond the range that training saw",
    FlagKind.MISSING_VALUE: "is missing, and training had no missing values there",
}
_SCALES = {
    Scale.VALUE: "in units of the answer",
    Scale.PROBABILITY: "in probability",
    Scale.LOG_ODDS: "in log-odds",
}

_METHODS = {str(each): each.told for each in Method}


def show_answer(
    detail: ModelDetail, answer: PredictAnswer, *, key: str, row: Mapping[str, Any] | None = None
) -> None:
    """Draw an answer, as far as it tells.

    Args:
        detail: of the model.
        answer: to one row.
        key: no other answer of the page has it.
        row: as it was asked, whose cells are told beside reasons as they were written.
    """
    told = answer.model_extra or {}
    _show_value(detail, told, key)
    for flag in told.get("flags", ()):
        _warn(flag)
    if told.get("explanation") is not None:
        _show_reasons(told["explanation"], row or {}, key=key)


def value_told(detail: ModelDetail, value: Any) -> str:
    """Return an answer as text."""
    return number(float(value)) if is_number(detail) else str(value)


def _show_value(detail: ModelDetail, told: dict[str, Any], key: str) -> None:
    import streamlit as st

    value = told["prediction"]
    st.caption(plain(detail.target))
    st.markdown(f"## {plain(value_told(detail, value))}")
    chances = told.get("probabilities")
    if chances:
        st.markdown(f"with a probability of **{100 * chances[str(value)]:.1f} %**")
        picture = pictures.probabilities(chances, threshold=detail.threshold)
        draw(picture, key=f"{key}-chances", about=_chances_told(chances))
        if detail.threshold is not None and len(chances) == 2:
            second = list(chances)[1]
            st.caption(
                f"{plain(second)} is answered from {100 * detail.threshold:.3g} % on: "
                "the dashed line."
            )
    ends = told.get("interval")
    if ends:
        low, high = number(ends["low"]), number(ends["high"])
        st.markdown(f"between **{low}** and **{high}**, {LEVEL:g} times in a hundred")
        picture = pictures.interval(float(value), low=ends["low"], high=ends["high"])
        draw(picture, key=f"{key}-interval", about=f"From {low} to {high}.")


def _chances_told(chances: dict[str, float]) -> str:
    told = sorted(chances.items(), key=lambda each: -each[1])[:5]
    return "Probabilities: " + ", ".join(f"{name} {100 * share:.1f} %" for name, share in told)


def _warn(flag: dict[str, Any]) -> None:
    import streamlit as st

    sample = f": {', '.join(flag['sample'])}" if flag.get("sample") else ""
    words = _FLAGS.get(FlagKind(flag["kind"]), flag["kind"])
    st.warning(
        f"**{plain(flag['column'])}** {words}{plain(sample)}. Take the answer with caution.",
        icon=":material/warning:",
    )


def _show_reasons(explanation: dict[str, Any], row: Mapping[str, Any], *, key: str) -> None:
    import streamlit as st

    moved = [each for each in explanation["contributions"] if each["amount"]]
    # A time that was asked with a zone is another one as the model reads it.
    names = [
        f"{each['column']} = {cell_told(row.get(each['column'], each['cell']))}" for each in moved
    ]
    amounts = [each["amount"] for each in moved]
    if explanation["others"]:
        names.append("all other columns")
        amounts.append(explanation["others"])
    st.markdown("**Why**")
    if not moved:
        st.caption("No column moved this answer away from the usual one.")
        return
    label = explanation["label"]
    towards = "raises the answer" if label is None else f"speaks for {plain(label)}"
    lowers = "lowers it" if label is None else "speaks against it"
    draw(
        pictures.reasons(names, amounts),
        key=f"{key}-reasons",
        about="Reasons: " + ", ".join(names),
    )
    st.caption(
        f"Blue {towards}, orange {lowers}, {_SCALES[Scale(explanation['scale'])]}. The usual "
        f"answer is {number(explanation['base'])}; these sum up to {number(explanation['score'])}. "
        f"{_METHODS[explanation['method']]}"
    )
