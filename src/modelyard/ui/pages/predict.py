"""Predict: what a model answers to a row, why, and what else it would answer; to whole tables."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from modelyard.client.clients import Client
from modelyard.ui.navigation import Page, look_at, looked_at
from modelyard.ui.predicting.choosing import (
    choose_model,
    is_answering,
    offer_deployment,
    offer_monitoring,
)
from modelyard.ui.predicting.files import show_files
from modelyard.ui.predicting.grids import show_grid
from modelyard.ui.predicting.moving import show_moving
from modelyard.ui.predicting.programs import show_programs
from modelyard.ui.predicting.single import show_single
from modelyard.wire.models import ModelDetail

_ONE, _MOVE, _GRID, _FILE, _CODE = "one", "what-if", "grid", "file", "code"
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        _ONE: "One row",
        _MOVE: "What if",
        _GRID: "Rows by hand",
        _FILE: "A file",
        _CODE: "From a program",
    }
)
_ASKING: Mapping[str, Callable[[Client, ModelDetail], None]] = MappingProxyType(
    {
        _ONE: show_single,
        _MOVE: show_moving,
        _GRID: show_grid,
        _CODE: lambda _, detail: show_programs(detail),
    }
)
_WAY = "predict-way"


def show(client: Client) -> None:
    """Draw the choice of a model and of a way to ask it, and that way."""
    import streamlit as st

    job_id = looked_at("job")
    if job_id is not None and looked_at("model") is None:
        # A job's page leads here by the job alone.
        look_at({"model": client.batches.show(job_id).payload.get("model")})
    detail = choose_model(client)
    if detail is None:
        return
    usual = _FILE if job_id is not None else _ONE
    if _WAY not in st.session_state:
        way = looked_at("way")
        st.session_state[_WAY] = way if way in _TITLES else usual
    way = st.segmented_control(
        "Way to ask",
        list(_TITLES),
        key=_WAY,
        format_func=_TITLES.__getitem__,
        label_visibility="collapsed",
        required=True,
        on_change=lambda: look_at({"way": st.session_state[_WAY]}),
    )
    if way == _FILE:
        show_files(client, detail)
    elif is_answering(detail):
        _ASKING[way or _ONE](client, detail)
        offer_monitoring(detail)
    else:
        offer_deployment(client, detail)


PAGE = Page(
    title="Predict", path="predict", order=60, icon=":material/online_prediction:", show=show
)
