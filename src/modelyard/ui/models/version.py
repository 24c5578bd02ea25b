"""One version of a model: what stands for it, where it is served, and what may be done with it."""

from collections.abc import Callable
from functools import partial

from modelyard.client.clients import Client
from modelyard.domain.columns import ColumnKind
from modelyard.domain.identities import Role
from modelyard.domain.names import CHAMPION
from modelyard.kit.numerals import UNDEFINED, counted, size
from modelyard.ui.data.columns import KINDS
from modelyard.ui.models.labelling import ask_to_delete, show_tags
from modelyard.ui.models.lineage import show_lineage
from modelyard.ui.models.measuring import show_measurements
from modelyard.ui.models.promoting import (
    ask_to_demote,
    ask_to_promote,
    ask_to_roll_back,
    champion_of,
)
from modelyard.ui.models.serving import served_as, show_serving
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.cells import cell_told
from modelyard.ui.parts.figures import metric_told
from modelyard.ui.parts.permissions import may, refusal
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import ago, exactly, local, now
from modelyard.ui.parts.ways import offer_way_back
from modelyard.ui.predicting.rows import range_told
from modelyard.wire.models import AliasAnswer, ColumnAnswer, ModelDetail


def show_one(client: Client, reference: str) -> None:
    """Draw the page of a version."""
    import streamlit as st

    model = client.models.show(reference)
    champion = champion_of(client, model.name)
    offer_way_back("All models", to="models")
    _show_heading(model, champion)
    _show_deeds(client, model, champion)
    views: dict[str, Callable[[], None]] = {
        "Versions": partial(_show_versions, client, model),
        "In use": partial(show_serving, client, model),
        "Where it came from": partial(show_lineage, client, model),
        "On later rows": partial(show_measurements, client, model),
        "What it takes": partial(_show_inputs, model),
        "Card": partial(_show_card, client, model),
        "Tags": partial(show_tags, client, model),
    }
    tabs = st.tabs(list(views), key="part", on_change="rerun", bind="query-params")
    for tab, draw in zip(tabs, views.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def _show_heading(model: ModelDetail, champion: AliasAnswer | None) -> None:
    import streamlit as st

    st.header(plain(model.id), anchor=False)
    st.caption(
        f"Predicts **{plain(model.target)}** from {counted(len(model.columns), 'column')} · "
        f"{plain(model.algorithm)} · {size(model.size_bytes)} · made "
        f"{ago(model.created_at, now=now())}",
        help=exactly(model.created_at),
    )
    served = [each for each in model.deployments if each.is_wanted]
    told_served = f"It is served as {served_as(served)}." if served else "It is not deployed."
    st.markdown(f"{_standing(model, champion)} {told_served}")


def _standing(model: ModelDetail, champion: AliasAnswer | None) -> str:
    name = plain(model.name)
    if champion is None:
        told = f"**{name}** alone means its newest version: it has no champion."
    elif champion.version == model.version:
        told = f"This is the champion: **{name}** alone means this version."
    else:
        told = f"**{name}** alone means version {champion.version}, its champion."
    others = [each for each in model.aliases if each != CHAMPION]
    return told + "".join(f" **{name}@{plain(each)}** means this version." for each in others)


def _show_deeds(client: Client, model: ModelDetail, champion: AliasAnswer | None) -> None:
    import streamlit as st

    is_editor, why = may(Role.EDITOR), refusal(Role.EDITOR)
    is_champion = CHAMPION in model.aliases
    with st.container(horizontal=True, vertical_alignment="center"):
        link_to("results", label="Results", model=model.id)
        link_to("predict", label="Predict", model=model.id)
        if not is_champion and st.button(
            "Make it the champion", icon=":material/star:", disabled=not is_editor, help=why
        ):
            ask_to_promote(client, model)
        if is_champion and st.button("Take the champion off", disabled=not is_editor, help=why):
            ask_to_demote(client, model)
        if (
            champion is not None
            and champion.before is not None
            and st.button(
                f"Roll back to version {champion.before}",
                icon=":material/undo:",
                disabled=not is_editor,
                help=why,
            )
        ):
            ask_to_roll_back(client, model, champion=champion)
        if st.button("Delete", icon=":material/delete:", disabled=not is_editor, help=why):
            ask_to_delete(client, model)


def _show_versions(client: Client, model: ModelDetail) -> None:
    import streamlit as st

    versions = client.models.versions(model.name).items
    columns = st.column_config
    picked = st.dataframe(
        {
            "Version": [each.version for each in versions],
            "Stands for": [", ".join(each.aliases) for each in versions],
            "Algorithm": [each.algorithm for each in versions],
            "Metric": [each.metric for each in versions],
            "Value (95 % interval)": [metric_told(each.metrics, each.metric) for each in versions],
            "Size": [size(each.size_bytes) for each in versions],
            "Made": [local(each.created_at) for each in versions],
        },
        key="versions-table",
        hide_index=True,
        column_config={
            "Version": columns.NumberColumn(pinned=True),
            "Value (95 % interval)": columns.Column(alignment="right"),
            "Size": columns.Column(alignment="right"),
            "Made": columns.DatetimeColumn(format="distance"),
        },
        on_select="rerun",
        selection_mode="multi-row",
        alt="Versions of the model, the newest first.",
    )
    places: list[int] = picked["selection"]["rows"]
    chosen = [versions[at].id for at in places if at < len(versions)]
    if len(chosen) == 1:
        link_to("models", label=f"Open {plain(chosen[0])}", model=chosen[0])
    elif len(chosen) > 1:
        link_to("models", label="Put them side by side", compare=",".join(chosen))
    else:
        st.caption("Choose one to open it, or several to compare them.")


def _show_inputs(model: ModelDetail) -> None:
    import streamlit as st

    columns = model.columns
    st.dataframe(
        {
            "Column": [each.name for each in columns],
            "Kind": [KINDS.get(each.kind, each.kind) for each in columns],
            "For example": [_example_of(each) for each in columns],
            "Range": [range_told(each) or UNDEFINED for each in columns],
            "Words": [", ".join(each.categories) or UNDEFINED for each in columns],
            "Missing in training": [each.n_missing for each in columns],
        },
        hide_index=True,
        column_config={"Column": st.column_config.Column(pinned=True)},
        alt="Columns that the model takes.",
    )


def _example_of(column: ColumnAnswer) -> str:
    """Return a value of the training rows as people read it; a picture is none to be read."""
    if column.kind == ColumnKind.IMAGE:
        return "a picture"
    return UNDEFINED if column.example is None else cell_told(column.example, is_exact=True)


def _show_card(client: Client, model: ModelDetail) -> None:
    import streamlit as st

    # The card holds names and sentences of users: as text it does nothing.
    st.code(client.models.card(model.id), language=None, wrap_lines=True)
