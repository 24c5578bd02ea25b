"""The list of trainings: filtered, sorted and paged by the platform, so that it stays quick."""

from collections.abc import Mapping
from functools import partial

from modelyard.client.clients import Client
from modelyard.domain.runs import RunStatus
from modelyard.ui.navigation import go_to, link_to
from modelyard.ui.parts.cursors import begin_again, cursor, offer_pages
from modelyard.ui.parts.emptiness import show_nothing_yet, tell_no_match
from modelyard.ui.parts.figures import metric_told
from modelyard.ui.parts.tables import chosen_row
from modelyard.ui.parts.times import lasting, local
from modelyard.wire.catalog import MetricAnswer
from modelyard.wire.runs import RunAnswer, RunQuery

_LIST = "runs"
_EVERY = "any"
_ORDERS = {
    "Newest first": "-started_at",
    "Oldest first": "started_at",
    "Longest first": "-duration_s",
    "By name": "name",
}
_STATES = {
    RunStatus.RUNNING: "running",
    RunStatus.SUCCEEDED: "done",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "cancelled",
}


def show_all(client: Client) -> None:
    """Draw the page without a model or run."""
    import streamlit as st

    titles = {each.key: each for each in client.platform.metrics().items}
    query = _asked(titles)
    page = client.runs.page(query)
    if not page.items:
        _show_nothing(query)
        return
    row = chosen_row(
        [_row(each, titles) for each in page.items],
        ids=[each.id for each in page.items],
        key="runs-table",
        about="Trainings; choose one to see what came of it.",
        config=_columns(),
    )
    st.caption("Choose a row to see what came of it.")
    offer_pages(_LIST, page.next_cursor)
    if row is not None:
        go_to("results", run=page.items[row].id)


def _asked(metrics: Mapping[str, MetricAnswer]) -> RunQuery:
    """Draw the filters, and return what they ask for."""
    import streamlit as st

    again = partial(begin_again, _LIST)
    name, status, order = st.columns([2, 1, 2])
    wanted = name.text_input(
        "Model name",
        key="runs-name",
        placeholder="every model",
        help="The whole name.",
        on_change=again,
    ).strip()
    state = status.selectbox(
        "State",
        [_EVERY, *RunStatus],
        key="runs-state",
        format_func=_state_told,
        on_change=again,
    )
    orders = _ORDERS | {f"Best {each.title}": _best(each) for each in metrics.values()}
    sort = order.selectbox("Order", list(orders), key="runs-order", on_change=again)
    return RunQuery(
        name=wanted or None,
        status=None if state == _EVERY else RunStatus(state),
        sort=orders[sort],
        cursor=cursor(_LIST),
    )


def _state_told(state: str) -> str:
    return _STATES[RunStatus(state)] if state != _EVERY else _EVERY


def _best(metric: MetricAnswer) -> str:
    return f"-{metric.key}" if metric.higher_is_better else metric.key


def _show_nothing(query: RunQuery) -> None:
    if query.name or query.status or query.cursor:
        tell_no_match("training")
        return
    with show_nothing_yet(
        "No trainings yet",
        "What comes of a training stands here: how good the model is, and why.",
        icon=":material/insights:",
    ):
        link_to("train", label="Train a model")


def _row(run: RunAnswer, metrics: Mapping[str, MetricAnswer]) -> dict[str, object]:
    title = metrics[run.metric].title if run.metric in metrics else run.metric
    return {
        "Model": run.model or run.name,
        "State": _STATES[run.status],
        "Algorithm": run.algorithm,
        "Metric": title,
        "Value (95 % interval)": metric_told(run.metrics, run.metric),
        "Rows": run.n_rows or None,
        "Took": "" if run.duration_s is None else lasting(run.duration_s),
        "Began": local(run.started_at),
    }


def _columns() -> dict[str, object]:
    import streamlit as st

    columns = st.column_config
    right = columns.Column(alignment="right")
    return {
        "Model": columns.TextColumn(width="medium", pinned=True),
        "State": columns.TextColumn(width="small"),
        "Algorithm": columns.TextColumn(),
        "Metric": columns.TextColumn(),
        "Value (95 % interval)": right,
        "Rows": columns.NumberColumn(format="localized"),
        "Took": right,
        "Began": columns.DatetimeColumn(format="distance"),
    }
