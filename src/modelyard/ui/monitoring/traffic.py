"""The traffic of a deployment: how much, how quickly, what was answered, and how rightly."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from modelyard.client.clients import Client
from modelyard.kit.numerals import count, number
from modelyard.ui.parts.frames import draw
from modelyard.ui.parts.timelines import bars, lines
from modelyard.ui.parts.times import now
from modelyard.wire.traffic import TallyAnswer, TrafficAnswer, TrafficPointAnswer, TrafficQuery

# More labels are drawn as one.
_MOST_LABELS = 6
_OTHERS = "others"


def show_traffic(client: Client, deployment: str, *, lasts: timedelta) -> None:
    """Draw the traffic of the time up to now."""
    import streamlit as st

    until = now()
    traffic = client.deployments.traffic(deployment, TrafficQuery(since=until - lasts, until=until))
    _show_figures(traffic.total)
    if not traffic.points:
        st.info(
            "Nothing was asked in this time. Rows that are tried out on the page Predict are not "
            "counted; those that are written down there are.",
            icon=":material/show_chart:",
        )
        return
    ends, width = (traffic.since, traffic.until), traffic.step.length
    left, right = st.columns(2)
    with left:
        _show_amount(traffic, ends, width)
        _show_answers(traffic, ends, width)
    with right:
        _show_latency(traffic, ends)
        _show_truths(traffic, ends)


def _show_figures(total: TallyAnswer) -> None:
    import streamlit as st

    latency = total.latency
    figures = [
        ("Requests", count(total.n_requests), None),
        ("Rows", count(total.n_rows), None),
        ("Half answered within", _ms(None if latency is None else latency.p50_ms), None),
        ("95 % within", _ms(None if latency is None else latency.p95_ms), None),
        _goodness(total),
    ]
    with st.container(horizontal=True):
        for title, value, told in figures:
            st.metric(title, value, help=told, width="content")


def _goodness(total: TallyAnswer) -> tuple[str, str, str]:
    of = f"Over the {count(total.n_known)} rows whose truth was attached."
    if total.accuracy is not None:
        return "Right", f"{100 * total.accuracy:.1f} %", of
    if total.error is not None:
        return "Mean error", number(total.error), of
    return "Right", "–", "Attach truths to predictions below, and this tells how many were right."


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{number(value)} ms"


def _show_amount(traffic: TrafficAnswer, ends: tuple[datetime, datetime], width: timedelta) -> None:
    import streamlit as st

    st.markdown("**Requests and rows**")
    requests = {each.at: float(each.n_requests) for each in traffic.points}
    more = {each.at: float(each.n_rows - each.n_requests) for each in traffic.points}
    parts = {"Requests": requests}
    if any(more.values()):
        parts["Further rows of requests with many"] = more
    draw(
        bars(ends, parts, width=width),
        key="amount",
        about=f"{traffic.total.n_rows} rows over time.",
    )


def _show_latency(traffic: TrafficAnswer, ends: tuple[datetime, datetime]) -> None:
    import streamlit as st

    st.markdown("**Time to answer**")
    told = {each.at: each.latency for each in traffic.points if each.latency is not None}
    values: Mapping[str, Mapping[datetime, float | None]] = {
        "half": {at: each.p50_ms for at, each in told.items()},
        "95 %": {at: each.p95_ms for at, each in told.items()},
        "99 %": {at: each.p99_ms for at, each in told.items()},
    }
    draw(
        lines(ends, values, unit="ms", is_log=True),
        key="latency",
        about="Milliseconds within which half, 95 and 99 percent of requests were answered.",
    )


def _show_answers(
    traffic: TrafficAnswer, ends: tuple[datetime, datetime], width: timedelta
) -> None:
    import streamlit as st

    st.markdown("**What was answered**")
    if traffic.total.labels:
        parts = _label_parts(traffic)
        draw(
            bars(ends, parts, width=width, is_share=True),
            key="labels",
            about="Shares of the labels.",
        )
        return
    told = {each.at: each.numbers for each in traffic.points if each.numbers is not None}
    means: dict[datetime, float | None] = {at: each.mean for at, each in told.items()}
    band = (
        {at: each.mean - each.deviation for at, each in told.items()},
        {at: each.mean + each.deviation for at, each in told.items()},
    )
    draw(
        lines(ends, {"mean": means}, band=band),
        key="numbers",
        about="Mean of the answers, and one standard deviation to both sides.",
    )
    st.caption("The mean, and one standard deviation to both sides of it.")


def _label_parts(traffic: TrafficAnswer) -> dict[str, dict[datetime, float]]:
    ranked = sorted(traffic.total.labels, key=lambda label: -traffic.total.labels[label])
    shown = ranked[:_MOST_LABELS]
    parts: dict[str, dict[datetime, float]] = {
        label: {each.at: float(each.labels.get(label, 0)) for each in traffic.points}
        for label in shown
    }
    if len(ranked) > len(shown):
        parts[_OTHERS] = {each.at: _rest(each, shown) for each in traffic.points}
    return parts


def _rest(point: TrafficPointAnswer, shown: list[str]) -> float:
    return float(sum(n for label, n in point.labels.items() if label not in shown))


def _show_truths(traffic: TrafficAnswer, ends: tuple[datetime, datetime]) -> None:
    import streamlit as st

    st.markdown("**How rightly, where the truth is known**")
    if not traffic.total.n_known:
        st.caption(
            "No truth is known of this time. Attach it to predictions in the list below, or by "
            "the API, thousands at a time."
        )
        return
    known = [each for each in traffic.points if each.n_known]
    if traffic.total.accuracy is not None:
        told = {each.at: _percent(each.accuracy) for each in known}
        draw(lines(ends, {"right": told}, unit="%"), key="truths", about="Share of right answers.")
    else:
        told = {each.at: each.error for each in known}
        draw(lines(ends, {"mean error": told}), key="truths", about="Mean error over time.")


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value
