"""How the model is tested: which rows it never learns from, so that they tell how good it is."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from modelyard.client.clients import Client
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.splits import Shares
from modelyard.kit.texts import visible
from modelyard.ui.data.profiles import profile_of
from modelyard.ui.parts.texts import short
from modelyard.ui.training.forms import Form
from modelyard.wire.datasets import DatasetVersionAnswer

_AT_RANDOM, _BY_TIME, _BY_GROUP = "random", "time", "group"
_WAYS: Mapping[str, str] = MappingProxyType(
    {
        _AT_RANDOM: "Rows at random",
        _BY_TIME: "The latest rows",
        _BY_GROUP: "Whole groups of rows",
    }
)
_CAPTIONS = (
    "Rows have nothing to do with each other.",
    "The model will answer for what comes after the table.",
    "It will answer for groups that it has not seen, such as other customers.",
)
_LEAST, _MOST = 5, 50


def choose_split(
    client: Client, version: DatasetVersionAnswer, *, config: TrainingConfig, form: Form
) -> TrainingConfig:
    """Draw which rows test the model, and return the training that keeps to it."""
    import streamlit as st

    columns = profile_of(client, version)["profile"]["columns"]
    others = [each["name"] for each in columns if each["name"] not in {config.target, *config.drop}]
    dates = [each["name"] for each in columns if each["kind"] == ColumnKind.DATETIME]
    first = _BY_TIME if config.time else _BY_GROUP if config.group else _AT_RANDOM
    way = st.radio(
        "Test on",
        list(_WAYS),
        format_func=_WAYS.__getitem__,
        captions=_CAPTIONS,
        key=form.key("split", first, among=_WAYS),
    )
    form.keep("split", way)
    if way == _AT_RANDOM and (dated := [name for name in dates if name in others]):
        told = f"The rows are dated by {short(dated[0])}"
        st.caption(f"{told}: if the model is to look ahead, test on the latest.")
    time = group = None
    if way == _BY_TIME:
        usual = next((name for name in dates if name in others), None)
        time = _choose(others, config.time or usual, name="time", told="Ordered by", form=form)
    elif way == _BY_GROUP:
        group = _choose(others, config.group, name="group", told="Groups by", form=form)
    return replace(config, time=time, group=group, shares=choose_shares(config, form=form))


def _choose(names: list[str], first: str | None, *, name: str, told: str, form: Form) -> str | None:
    import streamlit as st

    if not names:
        return None
    key = form.key(name, first if first in names else names[0], among=names)
    chosen: str = form.keep(name, st.selectbox(told, names, format_func=visible, key=key))
    return chosen


def choose_shares(config: TrainingConfig, *, form: Form) -> Shares:
    """Draw the share that tests; AutoML validates by itself, and learns from the rest."""
    import streamlit as st

    name = "test-automl" if config.automl else "test"
    first = min(max(round(100 * config.shares.test), _LEAST), _MOST)
    percent = st.slider(
        "Rows that test",
        _LEAST,
        _MOST,
        key=form.key(name, first),
        step=5,
        format="%d %%",
        help="More of them tell more surely how good the model is, and teach it less.",
    )
    form.keep(name, percent)
    test, validation = percent / 100, config.shares.validation
    return Shares(round(1 - test - validation, 10), validation, test)
