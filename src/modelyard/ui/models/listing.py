"""The list of models: filtered, sorted and paged by the platform; several are put side by side."""

from collections.abc import Mapping, Sequence
from functools import partial

from modelyard.client.clients import Client
from modelyard.domain.names import CHAMPION
from modelyard.kit.numerals import size
from modelyard.ui.models.comparing import FEWEST, MOST
from modelyard.ui.navigation import go_to, link_to
from modelyard.ui.parts.cursors import begin_again, cursor, offer_pages
from modelyard.ui.parts.emptiness import show_nothing_yet, tell_no_match
from modelyard.ui.parts.figures import metric_told
from modelyard.ui.parts.times import local
from modelyard.wire.catalog import MetricAnswer
from modelyard.wire.models import ModelAnswer, ModelQuery

_LIST = "models"
_ORDERS = {
    "Newest first": "-created_at",
    "Oldest first": "created_at",
    "By name": "name",
    "Smallest first": "size_bytes",
}


def show_all(client: Client) -> None:
    """Draw the page without a model."""
    import streamlit as st

    metrics = {each.key: each for each in client.platform.metrics().items}
    query = _asked(metrics)
    page = client.models.page(query)
    if not page.items:
        _show_nothing(query)
        return
    chosen = _chosen(page.items, metrics)
    with st.container(horizontal=True, vertical_alignment="center"):
        opens = st.button("Open", type="primary", disabled=len(chosen) != 1)
        compares = st.button(
            "Put side by side",
            icon=":material/compare_arrows:",
            disabled=not FEWEST <= len(chosen) <= MOST,
        )
        st.caption(f"Choose one row to open it, {FEWEST} to {MOST} to compare them.")
    if opens:
        go_to("models", model=chosen[0])
    if compares:
        go_to("models", compare=",".join(chosen))
    offer_pages(_LIST, page.next_cursor)


def _asked(metrics: Mapping[str, MetricAnswer]) -> ModelQuery:
    """Draw the filters, and return what they ask for."""
    import streamlit as st

    again = partial(begin_again, _LIST)
    name, tag, order, champions = st.columns([3, 2, 3, 2], vertical_alignment="bottom")
    wanted = name.text_input(
        "Model name",
        key="models-name",
        placeholder="every model",
        help="The whole name, without a version.",
        on_change=again,
    ).strip()
    tagged = tag.text_input(
        "Tag",
        key="models-tag",
        placeholder="any",
        help="A word, or a word with its value: stage=draft.",
        on_change=again,
    ).strip()
    orders = _ORDERS | {
        f"Best {each.title}": f"-{each.key}" if each.higher_is_better else each.key
        for each in metrics.values()
    }
    sort = order.selectbox("Order", list(orders), key="models-order", on_change=again)
    is_champion = champions.checkbox(
        "Champions alone",
        key="models-champions",
        help="The champion is the version that a name alone stands for.",
        on_change=again,
    )
    return ModelQuery(
        name=wanted or None,
        tag=[tagged] if tagged else [],
        alias=CHAMPION if is_champion else None,
        sort=orders[sort],
        cursor=cursor(_LIST),
    )


def _show_nothing(query: ModelQuery) -> None:
    if query.name or query.alias or query.tag or query.cursor:
        tell_no_match("model")
        return
    with show_nothing_yet(
        "No models yet",
        "A model that was trained stands here, with its versions and where it is used.",
        icon=":material/deployed_code:",
    ):
        link_to("train", label="Train a model")


def _chosen(models: Sequence[ModelAnswer], metrics: Mapping[str, MetricAnswer]) -> list[str]:
    """Draw the table, and return the references of the rows that are chosen."""
    import streamlit as st

    columns = st.column_config
    rows = [_row(each, metrics) for each in models]
    picked = st.dataframe(
        {title: [row[title] for row in rows] for title in rows[0]},
        key="models-table",
        hide_index=True,
        column_config={
            "Model": columns.TextColumn(width="medium", pinned=True),
            "Value (95 % interval)": columns.Column(alignment="right"),
            "Size": columns.Column(alignment="right"),
            "Made": columns.DatetimeColumn(format="distance"),
        },
        on_select="rerun",
        selection_mode="multi-row",
        alt="Models; choose one to open it, or several to compare them.",
    )
    places: list[int] = picked["selection"]["rows"]
    return [models[at].id for at in places if at < len(models)]


def _row(model: ModelAnswer, metrics: Mapping[str, MetricAnswer]) -> dict[str, object]:
    known = metrics.get(model.metric)
    return {
        "Model": model.id,
        "Stands for": ", ".join(f"{model.name}@{alias}" for alias in model.aliases),
        "Task": str(model.task),
        "Algorithm": model.algorithm,
        "Metric": model.metric if known is None else known.title,
        "Value (95 % interval)": metric_told(model.metrics, model.metric),
        "Size": size(model.size_bytes),
        "Made": local(model.created_at),
    }
