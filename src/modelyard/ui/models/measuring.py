"""How good a version is on rows that came later: what was measured, and what asks for more."""

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.kit.numerals import count
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.figures import metric_told
from modelyard.ui.parts.offers import choose_dataset_of
from modelyard.ui.parts.permissions import may, refusal, sees_every_model
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.times import local
from modelyard.wire.bodies import PageQuery
from modelyard.wire.models import EvaluateRequest, ModelDetail

_MOST_OFFERED = 200


def show_measurements(client: Client, model: ModelDetail) -> None:
    """Draw the measurements of a version on later rows, and a form for another one."""
    import streamlit as st

    found = client.models.evaluations(model.id).items
    if not found:
        st.markdown("It was measured on the test rows of its training alone.")
    else:
        right = st.column_config.Column(alignment="right")
        title = f"{model.metric} (95 % interval)"
        st.dataframe(
            {
                "Rows": [count(each.n_rows) for each in found],
                title: [metric_told(each.metrics, model.metric) for each in found],
                "Data": [each.data_sha256[:12] for each in found],
                "Measured": [local(each.created_at) for each in found],
            },
            hide_index=True,
            column_config={
                "Rows": right,
                title: right,
                "Measured": st.column_config.DatetimeColumn(format="distance"),
            },
            alt="Measurements on later rows, the newest first.",
        )
    _offer_measuring(client, model)


def _offer_measuring(client: Client, model: ModelDetail) -> None:
    import streamlit as st

    if not sees_every_model():
        return
    page = client.datasets.page(PageQuery(limit=_MOST_OFFERED))
    names = [each.latest.reference for each in page.items]
    if not names:
        return
    with st.form("measure", border=False):
        dataset = choose_dataset_of(
            "Measure it on",
            names,
            is_cut=page.next_cursor is not None,
            key="measured-on",
            about="Rows that hold the truth, in the columns of the training.",
        )
        is_sent = st.form_submit_button(
            "Measure", disabled=not may(Role.EDITOR), help=refusal(Role.EDITOR)
        )
    if is_sent and dataset is not None:
        with told():
            job = client.models.evaluate(model.id, EvaluateRequest(dataset=dataset))
            go_to("jobs", job=job.id)
    elif is_sent:
        st.info("Choose first what it is measured on.", icon=":material/info:")
