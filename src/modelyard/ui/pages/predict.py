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
from modelyard.ui.predicting.dropped import show_pictures, takes_a_picture
from modelyard.ui.predicting.files import show_files
from modelyard.ui.predicting.grids import show_grid
from modelyard.ui.predicting.moving import show_moving
from modelyard.ui.predicting.picture_programs import show_picture_programs
from modelyard.ui.predicting.programs import show_programs
from modelyard.ui.predicting.single import show_single
from modelyard.wire.models import ModelDetail

_ONE, _MOVE, _GRID, _FILE, _CODE = "one", "what-if", "grid", "file", "code"
_PICTURE = "picture"
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        _PICTURE: "Pictures",
        _ONE: "One row",
        _MOVE: "What if",
        _GRID: "Rows by hand",
        _FILE: "A file",
        _CODE: "From a program",
    }
)
_ASKING: Mapping[str, Callable[[Client, ModelDetail], None]] = MappingProxyType(
    {
        _PICTURE: show_pictures,
        _ONE: show_single,
        _MOVE: show_moving,
        _GRID: show_grid,
        _CODE: lambda _, detail: _show_programs(detail),
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
    ways = _ways_of(detail)
    if st.session_state.get(_WAY) not in ways:
        way = looked_at("way")
        usual = _FILE if job_id is not None else ways[0]
        st.session_state[_WAY] = way if way in ways else usual
    way = st.segmented_control(
        "Way to ask",
        ways,
        key=_WAY,
        format_func=_TITLES.__getitem__,
        label_visibility="collapsed",
        required=True,
        on_change=lambda: look_at({"way": st.session_state[_WAY]}),
    )
    if way == _FILE:
        show_files(client, detail)
    elif is_answering(detail):
        _ASKING[way or ways[0]](client, detail)
        offer_monitoring(detail)
    else:
        offer_deployment(client, detail)


def _ways_of(detail: ModelDetail) -> list[str]:
    """Return the ways in which a model can be asked, the usual one first."""
    if takes_a_picture(detail):
        return [_PICTURE, _FILE, _CODE]
    return [way for way in _TITLES if way != _PICTURE]


def _show_programs(detail: ModelDetail) -> None:
    if takes_a_picture(detail):
        show_picture_programs(detail)
    else:
        show_programs(detail)


PAGE = Page(
    title="Predict", path="predict", order=60, icon=":material/online_prediction:", show=show
)
