"""What is to be predicted: a column, with its picture, and what sort of answer that asks for."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from modelyard.client.clients import Client
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.tasks import Task
from modelyard.kit.texts import visible
from modelyard.ui.data.pictures import draw_values
from modelyard.ui.data.profiles import ColumnProfile, profile_of
from modelyard.ui.parts.tasks import ANSWERS
from modelyard.ui.training.forms import Form
from modelyard.wire.datasets import DatasetVersionAnswer

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

# What targets are called in the tables of scikit-learn and of OpenML-CC18.
_USUAL = re.compile(r"(?i)(^|[\W_])(target|label|class|outcome|y)([\W_]|$)")
_KINDS = frozenset(
    {ColumnKind.NUMERIC, ColumnKind.INTEGER, ColumnKind.BOOLEAN, ColumnKind.CATEGORY}
)
_FOUND = "Find out"


def likely_target(columns: Sequence[ColumnProfile]) -> str:
    """Return the column that is most likely to be asked for.

    One that is called as targets are, else the last that a model can answer: it is where people
    write what came of a row.
    """
    able = [each["name"] for each in columns if each["kind"] in _KINDS and each["n_unique"] > 1]
    usual = [name for name in able if _USUAL.search(name)]
    every = [each["name"] for each in columns]
    return str((usual or able or every)[-1])


def likely_task(column: ColumnProfile) -> Task | None:
    """Return what a column most likely asks for, until the platform has looked; None if unsure.

    A guess that holds saves whoever waits that the form is drawn a second time.
    """
    if column["kind"] not in {ColumnKind.BOOLEAN, ColumnKind.CATEGORY}:
        return None
    return Task.BINARY if column["n_unique"] == 2 else Task.MULTICLASS


def choose_target(
    client: Client, version: DatasetVersionAnswer, *, config: TrainingConfig, form: Form
) -> tuple[TrainingConfig, "DeltaGenerator"]:
    """Draw the choice of the target and of the task.

    Returns:
        The training with them, and the place where it is told what the target asks for.
    """
    import streamlit as st

    profile = profile_of(client, version)["profile"]
    columns = {each["name"]: each for each in profile["columns"]}
    names = [name for name, each in columns.items() if each["kind"] != ColumnKind.IMAGE]
    first = config.target if config.target in columns else likely_target(profile["columns"])
    left, right = st.columns([2, 3], gap="large")
    with left:
        key = form.key("target", first, among=names)
        target = st.selectbox(
            "Column to predict",
            names,
            format_func=visible,
            key=key,
            help="The model learns to answer it from the other columns.",
        )
        form.keep("target", target)
        task = _choose_task(config.task if target == config.target else None, target, form=form)
        place = st.container()
    with right:
        draw_values(columns[target], profile["n_rows"])
    return replace(config, target=target, task=task), place


def _choose_task(first: Task | None, target: str, *, form: Form) -> Task | None:
    import streamlit as st

    choices = [_FOUND, *Task]
    name = f"task-{target}"
    task = st.selectbox(
        "Answer",
        choices,
        format_func=lambda task: ANSWERS.get(task, _FOUND),
        key=form.key(name, first or _FOUND, among=choices),
        help="Numbers that stand for groups, such as grades from 1 to 6, may be either.",
    )
    form.keep(name, task)
    return None if task == _FOUND else Task(task)
