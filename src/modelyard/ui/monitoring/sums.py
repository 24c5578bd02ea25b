"""What a tenant's trainings, models and predictions come to, in pictures and short tables."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from modelyard.domain.tasks import Task
from modelyard.kit.numerals import count, number, share, size
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.frames import draw
from modelyard.ui.parts.tables import chosen_row
from modelyard.ui.parts.timelines import bars
from modelyard.ui.parts.times import lasting, local
from modelyard.wire.analytics import AnalyticsAnswer

_DAY = timedelta(days=1)
_GREEN, _RED, _GREY = "#16916a", "#d9661f", "#9aa7b8"
_TASKS: Mapping[Task, str] = MappingProxyType(
    {
        Task.BINARY: "for two labels",
        Task.MULTICLASS: "for several labels",
        Task.REGRESSION: "for a number",
    }
)
# As many rows as are read at a glance.
_MOST = 10


def show_figures(told: AnalyticsAnswer) -> None:
    """Draw the sums."""
    import streamlit as st

    tasks = ", ".join(f"{count(n)} {_TASKS.get(task, task)}" for task, n in told.tasks.items())
    figures = (
        ("Trainings", count(told.n_trainings), None),
        ("Succeeded", share(told.n_succeeded, told.n_trainings), None),
        ("Computed", lasting(told.duration_s), "By trainings, from start to end."),
        ("Processor", lasting(told.cpu_s), "By trainings that were jobs, all cores together."),
        (
            "Most memory",
            _memory(told.peak_bytes) or "–",
            "That a training which was a job held at once.",
        ),
        ("Models", count(told.n_models), "All there are, whenever they were made."),
        ("Rows answered", count(told.n_predictions), "By deployments, one by one or many at once."),
    )
    with st.container(horizontal=True):
        for title, value, about in figures:
            st.metric(title, value, help=about, width="content")
    if tasks:
        st.caption(f"Models: {tasks}.")


def show_over_time(told: AnalyticsAnswer) -> None:
    """Draw trainings and predictions by day."""
    import streamlit as st

    ends = (told.since, told.until)
    left, right = st.columns(2)
    with left:
        st.markdown("**Trainings**")
        parts: dict[str, dict[datetime, float]] = {
            "succeeded": {day.at: float(day.n_succeeded) for day in told.days},
            "failed": {day.at: float(day.n_failed) for day in told.days},
            "cancelled or running": {
                day.at: float(day.n_trainings - day.n_succeeded - day.n_failed) for day in told.days
            },
        }
        picture = bars(ends, parts, width=_DAY, colours=(_GREEN, _RED, _GREY))
        draw(picture, key="trainings", about=f"{told.n_trainings} trainings by day.")
    with right:
        st.markdown("**Rows answered**")
        rows = {"rows": {each.at: float(each.n_rows) for each in told.predictions}}
        picture = bars(ends, rows, width=_DAY)
        draw(picture, key="predictions", about=f"{told.n_predictions} rows answered by day.")


def show_algorithms(told: AnalyticsAnswer) -> None:
    """Draw which algorithms were used, and how they did."""
    import streamlit as st

    st.subheader("Algorithms", anchor=False)
    if not told.algorithms:
        st.caption("Nothing was trained yet.")
        return
    columns, used = st.column_config, told.algorithms
    right = columns.Column(alignment="right")
    st.dataframe(
        {
            "Algorithm": [each.algorithm for each in used],
            "Trainings": [each.n_trainings for each in used],
            "Succeeded": [share(each.n_succeeded, each.n_trainings) for each in used],
            "Computed": [lasting(each.duration_s) for each in used],
            "Processor": [lasting(each.cpu_s) if each.cpu_s else "" for each in used],
            "Memory": [_memory(each.peak_bytes) for each in used],
            "Models": [each.n_models for each in used],
            "Best": [each.n_best for each in used],
        },
        hide_index=True,
        column_config={
            "Succeeded": right,
            "Computed": right,
            "Processor": columns.Column(
                alignment="right", help="Of trainings that were jobs, all cores together."
            ),
            "Memory": columns.Column(
                alignment="right", help="The most that one of these jobs held at once."
            ),
            "Best": columns.NumberColumn(
                help="Questions that several models answer, of which its model is the best."
            ),
        },
        alt="Algorithms with how often they were trained and how they did.",
    )


def _memory(n_bytes: int) -> str:
    return size(n_bytes) if n_bytes else ""


def show_best(told: AnalyticsAnswer) -> None:
    """Draw the best model of each question; a click leads to its results."""
    import streamlit as st

    st.subheader("Best models", anchor=False)
    if not told.best:
        st.caption("No model is registered yet.")
        return
    rows = [
        {
            "Dataset": each.dataset or each.data_sha256[:12],
            "Answers": each.target,
            "Model": each.model,
            "Algorithm": each.algorithm,
            "Metric": each.metric,
            "Value": number(each.value),
            "Of": each.n_models,
            "Made": local(each.at).replace(tzinfo=None),
        }
        for each in told.best
    ]
    columns = st.column_config
    chosen = chosen_row(
        rows,
        ids=[each.model for each in told.best],
        key="best-models",
        about="The best model of each target of each dataset.",
        config={
            **dict.fromkeys(
                ("Dataset", "Answers", "Model", "Algorithm", "Metric"), columns.Column()
            ),
            "Value": columns.Column(alignment="right"),
            "Of": columns.NumberColumn(help="Models that answer the same question."),
            "Made": columns.DatetimeColumn(format="YYYY-MM-DD"),
        },
    )
    st.caption("Choose a row to see its results.")
    if chosen is not None:
        go_to("results", model=told.best[chosen].model)


def show_deployments(told: AnalyticsAnswer) -> None:
    """Draw the busiest deployments; a click leads to its traffic."""
    import streamlit as st

    st.subheader("Busiest deployments", anchor=False)
    if not told.deployments:
        st.caption("Nothing was asked in this time.")
        return
    busy = told.deployments[:_MOST]
    most = max(each.n_rows for each in busy)
    chosen = chosen_row(
        [{"Deployment": each.deployment, "Rows": each.n_rows} for each in busy],
        ids=[each.deployment for each in busy],
        key="busy-deployments",
        about="The deployments that answered the most rows.",
        config={
            "Deployment": st.column_config.Column(),
            "Rows": st.column_config.ProgressColumn(format="%d", max_value=most, min_value=0),
        },
    )
    if chosen is not None:
        go_to("monitor", deployment=busy[chosen].deployment)
