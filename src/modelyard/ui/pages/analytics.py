"""Analytics: what was trained, what came of it, and how much it is asked, over everything."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from modelyard.client.clients import Client
from modelyard.ui.monitoring.sums import (
    show_algorithms,
    show_best,
    show_deployments,
    show_figures,
    show_over_time,
)
from modelyard.ui.navigation import Page, link_to, look_at, looked_at
from modelyard.ui.parts.emptiness import show_nothing_yet
from modelyard.ui.parts.times import now
from modelyard.wire.analytics import AnalyticsQuery

_RANGES: Mapping[str, timedelta] = MappingProxyType(
    {"Week": timedelta(days=7), "Month": timedelta(days=30), "Year": timedelta(days=365)}
)
_USUAL, _RANGE = "Month", "analytics-range"


def show(client: Client) -> None:
    """Draw the sums of a time that is chosen."""
    import streamlit as st

    if _RANGE not in st.session_state:
        asked = looked_at("range")
        st.session_state[_RANGE] = asked if asked in _RANGES else _USUAL
    chosen = st.segmented_control(
        "The last",
        list(_RANGES),
        key=_RANGE,
        required=True,
        on_change=lambda: look_at({"range": st.session_state[_RANGE]}),
    )
    since = now() - _RANGES[chosen or _USUAL]
    told = client.platform.analytics(AnalyticsQuery(since=since))
    show_figures(told)
    if not told.n_trainings and not told.n_models and not told.n_predictions:
        with show_nothing_yet(
            "Nothing in this time",
            "What is trained and answered is summed up here.",
            icon=":material/query_stats:",
        ):
            link_to("train", label="Train a model")
        return
    show_over_time(told)
    show_best(told)
    left, right = st.columns([2, 1], gap="large")
    with left:
        show_algorithms(told)
    with right:
        show_deployments(told)


PAGE = Page(title="Analytics", path="analytics", order=75, icon=":material/query_stats:", show=show)
