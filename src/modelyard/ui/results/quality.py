"""How good a model is: metrics beside the baseline, charts, and how sure its answers are."""

from modelyard.kit.numerals import number, share
from modelyard.ui.parts.charts import draw, draw_all
from modelyard.ui.parts.figures import interval_told, value_told
from modelyard.ui.parts.texts import plain
from modelyard.ui.results.sections import charts_of
from modelyard.wire.results import MetricAnswer, ResultsAnswer


def show_quality(results: ResultsAnswer) -> None:
    """Draw metrics, charts, and what a cross-validation and fewer rows told."""
    import streamlit as st

    st.subheader("Metrics beside the baseline", anchor=False)
    _show_metrics(results)
    draw_all(charts_of(results, "quality"), key="quality")
    if results.folds:
        st.subheader("Cross-validation", anchor=False)
        st.markdown(plain(results.folds))
    if results.learning:
        st.subheader("Would more rows help?", anchor=False)
        st.markdown(plain(results.learning))
        for at, spec in enumerate(charts_of(results, "learning")):
            draw(spec, key=f"learning-{at}")


def show_certainty(results: ResultsAnswer) -> None:
    """Draw whether probabilities and intervals hold what they promise."""
    import streamlit as st

    for sentence in results.certainty:
        st.markdown(plain(sentence))
    draw_all(charts_of(results, "certainty"), key="certainty")
    if not results.coverage:
        return
    st.subheader("How often the truth was held", anchor=False)
    size = "Labels in a set" if results.labels else "Mean width"
    right = st.column_config.Column(alignment="right")
    st.dataframe(
        {
            "Asked for": [share(each.level, 1) for each in results.coverage],
            "Held": [share(each.share or 0.0, 1) for each in results.coverage],
            size: [number(each.size) for each in results.coverage],
        },
        hide_index=True,
        column_config={"Asked for": right, "Held": right, size: right},
        alt="Share of truths that intervals or sets held, by the level that was asked for.",
    )


def _show_metrics(results: ResultsAnswer) -> None:
    import streamlit as st

    rows = [_row(each) for each in results.metrics]
    right = st.column_config.Column(alignment="right")
    figures = ("Value", "95 % interval", "Baseline", "Gain", "Interval of the gain")
    st.dataframe(
        {title: [row[title] for row in rows] for title in rows[0]},
        hide_index=True,
        height="content",
        column_config={
            "Metric": st.column_config.Column(width="medium", pinned=True),
            **dict.fromkeys(figures, right),
        },
        alt="Metrics with intervals, beside the baseline; the deciding one first.",
    )
    st.caption(
        f"The first decides. The baseline answers the same for every row. {plain(results.split)}"
    )
    for each in results.metrics:
        if each.undefined:
            st.caption(f"{plain(each.title)}: {plain(each.undefined)}")


def _row(metric: MetricAnswer) -> dict[str, str]:
    gain = value_told(metric.gain, low=metric.gain_low, high=metric.gain_high)
    return {
        "Metric": metric.title,
        "Value": value_told(metric.value, low=metric.low, high=metric.high),
        "95 % interval": interval_told(metric.value, low=metric.low, high=metric.high),
        "Baseline": value_told(
            metric.baseline, low=metric.low, high=metric.high, beside=metric.value
        ),
        "Gain": f"+{gain}" if (metric.gain or 0) > 0 else gain,
        "Interval of the gain": interval_told(
            metric.gain, low=metric.gain_low, high=metric.gain_high
        ),
        "Better than guessing": _verdict(metric),
        "Better is": "higher" if metric.higher_is_better else "lower",
    }


def _verdict(metric: MetricAnswer) -> str:
    if metric.beats_baseline:
        return "yes"
    if metric.gain_low is None or metric.gain_high is None:
        return "not known"
    return "no" if metric.gain_high < 0 else "cannot be told"
