"""Single predictions: the last ones, one that is looked for by its id, and their truths."""

from collections.abc import Sequence
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.domain.tasks import Task
from modelyard.kit.numerals import number
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.cells import cell_told
from modelyard.ui.parts.cursors import begin_again, cursor, offer_pages
from modelyard.ui.parts.people import who
from modelyard.ui.parts.permissions import may
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.tables import chosen_row
from modelyard.ui.parts.texts import plain, short
from modelyard.ui.parts.times import ago, exactly, local, now
from modelyard.wire.deployments import DeploymentAnswer
from modelyard.wire.predictions import PredictionAnswer, PredictionQuery

_LIST, _PER_PAGE, _CHOSEN = "predictions", 20, "chosen-prediction"
_KNOWN = {"any": None, "known": True, "not known": False}


def show_predictions(client: Client, deployment: DeploymentAnswer) -> None:
    """Draw the last predictions; one that is chosen or looked for is shown whole."""
    import streamlit as st

    st.subheader("Predictions", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        id_ = st.text_input("Find by id", placeholder="as X-Prediction-Id told it").strip()
        # A cursor is good for its own list alone.
        label = st.text_input(
            "Answered", placeholder="any", on_change=begin_again, args=(_LIST,)
        ).strip()
        truth = st.selectbox("Truth", list(_KNOWN), on_change=begin_again, args=(_LIST,))
    if id_:
        with told():
            _show_one(client, client.predictions.show(id_))
        return
    query = PredictionQuery(
        deployment=deployment.name,
        label=label or None,
        has_truth=_KNOWN[truth],
        limit=_PER_PAGE,
        cursor=cursor(_LIST),
    )
    page = client.predictions.page(query)
    if not page.items:
        st.caption("None here.")
        return
    chosen = _kept(_chosen(page.items, key=f"list-{deployment.name}"), page.items, query)
    offer_pages(_LIST, page.next_cursor)
    if chosen is not None:
        with told():
            _show_one(client, client.predictions.show(chosen))


def _kept(
    chosen: str | None, items: Sequence[PredictionAnswer], query: PredictionQuery
) -> str | None:
    """Return the id of what is chosen, or was chosen before a newer prediction came."""
    import streamlit as st

    ids = [each.id for each in items]
    before: str | None
    asked, listed, before = st.session_state.get(_CHOSEN, (None, None, None))
    # Nothing chosen in the very list that it was chosen from: somebody has let go of it.
    if chosen is None and asked == query and listed != ids:
        return before
    st.session_state[_CHOSEN] = (query, ids, chosen)
    return chosen


def _chosen(items: Sequence[PredictionAnswer], *, key: str) -> str | None:
    """Draw a list, and return the id of the prediction that is chosen in it."""
    import streamlit as st

    columns = st.column_config
    sure = columns.NumberColumn(format="percent", width="small")
    chosen = chosen_row(
        [_row(each) for each in items],
        ids=[each.id for each in items],
        key=key,
        about="The last predictions, the newest first.",
        config={
            "When": columns.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss", width="small"),
            "Answer": columns.Column(),
            **({"Sure": sure} if any(each.confidence is not None for each in items) else {}),
            "Truth": columns.Column(),
            "By": columns.Column(),
            "Id": columns.Column(),
        },
    )
    return None if chosen is None else items[chosen].id


def _row(each: PredictionAnswer) -> dict[str, Any]:
    return {
        "When": local(each.at).replace(tzinfo=None),
        "Answer": _value(each.prediction),
        "Sure": each.confidence,
        "Truth": "" if each.truth is None else _value(each.truth),
        "By": who(each.subject),
        "Id": each.id,
    }


def _value(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _show_one(client: Client, one: PredictionAnswer) -> None:
    import streamlit as st

    with st.container(border=True):
        st.markdown(f"**{plain(_value(one.prediction))}** by {plain(one.model)}")
        took = "" if one.request_ms is None else f" · {number(one.request_ms)} ms"
        st.caption(
            f"{ago(one.at, now=now())} · {plain(who(one.subject))}{took} · {plain(one.id)}",
            help=exactly(one.at),
        )
        row, answer = st.columns(2)
        cells = [cell_told(each, is_exact=True) for each in one.features.values()]
        row.dataframe(
            {"Column": list(one.features), "Value": cells},
            hide_index=True,
            alt="The row as it came.",
        )
        if one.probabilities:
            answer.dataframe(
                {"Label": list(one.probabilities), "Probability": [*one.probabilities.values()]},
                hide_index=True,
                column_config={"Probability": st.column_config.NumberColumn(format="percent")},
                alt="The probability of each label.",
            )
        with answer:
            link_to("predict", label=f"Ask {short(one.model)} again", icon="", model=one.model)
            _offer_truth(client, one)


def _offer_truth(client: Client, one: PredictionAnswer) -> None:
    """Draw the truth, and for editors how it is attached."""
    import streamlit as st

    if one.truth is not None:
        st.markdown(f"In truth: **{plain(_value(one.truth))}**")
    if not may(Role.EDITOR):
        return
    with st.form(f"truth-{one.id}", border=False):
        truth = _truth_field(client, one)
        if st.form_submit_button("Attach the truth") and truth is not None:
            client.predictions.set_truth(one.id, truth)
            st.toast("The truth is attached.")
            st.rerun()


def _truth_field(client: Client, one: PredictionAnswer) -> Any:
    import streamlit as st

    detail = client.models.show(one.model)
    if detail.task is Task.REGRESSION:
        return st.number_input(f"What {short(detail.target)} was in truth", value=None)
    return st.selectbox(
        f"What {short(detail.target)} was in truth", detail.labels, index=None, placeholder="Choose"
    )
