"""What can be trained and measured here: the cards of algorithms and metrics as tables."""

from collections.abc import Sequence

from modelyard.client.clients import Client
from modelyard.domain.tasks import Task
from modelyard.kit.numerals import number
from modelyard.wire.catalog import AlgorithmAnswer, MetricAnswer

# What a task asks, for who does not know its name.
_TASKS = {
    Task.BINARY: "one of two answers",
    Task.MULTICLASS: "one of several answers",
    Task.REGRESSION: "a number",
}


def show_abilities(client: Client) -> None:
    """Draw the algorithms and the metrics, of one task or of all."""
    import streamlit as st

    task = st.segmented_control(
        "To predict",
        list(_TASKS),
        format_func=_TASKS.__getitem__,
        help="Which algorithms and metrics suit what is to be predicted.",
    )
    algorithms = client.platform.algorithms().items
    metrics = client.platform.metrics().items
    st.subheader("Algorithms", anchor=False)
    _show_algorithms([each for each in algorithms if task is None or task in each.tasks])
    st.subheader("Metrics", anchor=False)
    _show_metrics([each for each in metrics if task is None or task in each.tasks])


def _show_algorithms(algorithms: Sequence[AlgorithmAnswer]) -> None:
    import streamlit as st

    st.dataframe(
        {
            "Algorithm": [each.title for each in algorithms],
            "What it is": [each.summary for each in algorithms],
            "Predicts": [_tasks(each.tasks) for each in algorithms],
            "Kind": [each.family for each in algorithms],
            "To be installed first": [each.install or "" for each in algorithms],
            "Source": [each.source for each in algorithms],
        },
        hide_index=True,
        column_config={
            "What it is": st.column_config.TextColumn(width="large"),
            "Predicts": st.column_config.TextColumn(width="medium"),
        },
        alt="Algorithms that can be trained here.",
    )


def _show_metrics(metrics: Sequence[MetricAnswer]) -> None:
    import streamlit as st

    st.dataframe(
        {
            "Metric": [each.title for each in metrics],
            "Better is": ["higher" if each.higher_is_better else "lower" for each in metrics],
            "Range": [f"{_end(each.minimum)} to {_end(each.maximum)}" for each in metrics],
            "Measures": [_tasks(each.tasks) for each in metrics],
            "Decides unless another is named": [_tasks(each.is_default_for) for each in metrics],
            "Source": [each.source for each in metrics],
        },
        hide_index=True,
        alt="Metrics by which models are measured here.",
    )


def _tasks(tasks: Sequence[Task]) -> str:
    return ", ".join(_TASKS.get(task, task.value) for task in tasks)


def _end(value: float | None) -> str:
    return "no bound" if value is None else number(value)
