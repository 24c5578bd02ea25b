"""What a reader should take away of a model: what it predicts, how well, and what to do next."""

from modelyard.kit.numerals import count
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.advice import advised
from modelyard.ui.parts.figures import interval_told, value_told
from modelyard.ui.parts.texts import plain
from modelyard.wire.results import MetricAnswer, ResultsAnswer

_BADGES = {
    "better": (":material/check_circle:", "Better than guessing", "green"),
    "same": (":material/help:", "Not told apart from guessing", "orange"),
    "worse": (":material/cancel:", "Worse than guessing", "red"),
    "unknown": (":material/help:", "Not measured", "gray"),
}


def show_head(results: ResultsAnswer) -> None:
    """Draw the verdict with its figures, the reasons for and against, and what to do next."""
    import streamlit as st

    icon, label, colour = _BADGES[results.verdict.standing]
    with st.container(border=True):
        st.markdown(f":{colour}-badge[{icon} {label}]")
        st.markdown(f"### {plain(results.verdict.headline)}")
        st.markdown(plain(results.verdict.detail))
        if results.in_practice:
            st.markdown(plain(results.in_practice))
        if results.cost:
            st.markdown(plain(results.cost))
        for sentence in (results.verdict.caution, *results.verdict.doubts):
            if sentence:
                st.markdown(f":material/info: {advised(sentence)}")
    _show_figures(results)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Whether to trust it", anchor=False)
        _show_list(results.reasons)
    with right:
        st.subheader("What to do next", anchor=False)
        _show_list(results.steps)
        with st.container(horizontal=True):
            link_to("predict", label="Try it", model=results.model)
            link_to("models", label="Put it in use", model=results.model)


def _show_figures(results: ResultsAnswer) -> None:
    import streamlit as st

    deciding = results.metrics[0]
    figures = st.columns(4)
    figures[0].metric(
        deciding.title,
        value_told(deciding.value, low=deciding.low, high=deciding.high),
        help=_interval_help(deciding),
    )
    figures[1].metric(
        "Always the same answer",
        value_told(deciding.baseline, low=deciding.low, high=deciding.high, beside=deciding.value),
        help="What the same metric says of a baseline that looks at no column.",
    )
    figures[2].metric("Rows that judged", count(results.n_held), help=plain(results.split) or None)
    figures[3].metric("Rows in all", count(results.n_rows))


def _interval_help(metric: MetricAnswer) -> str | None:
    interval = interval_told(metric.value, low=metric.low, high=metric.high)
    return f"95 % interval: {interval}." if interval else None


def _show_list(sentences: list[str]) -> None:
    import streamlit as st

    st.markdown("\n".join(f"- {advised(each)}" for each in sentences))
