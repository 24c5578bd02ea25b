"""One training: a run that made a model leads to its results, any other says why it did not."""

from modelyard.client.clients import Client
from modelyard.domain.errors import NotFound
from modelyard.domain.runs import RunStatus
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.advice import advised
from modelyard.ui.parts.figures import metric_told
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import ago, exactly, lasting, now
from modelyard.ui.parts.ways import offer_way_back
from modelyard.ui.results.model import show_model
from modelyard.wire.runs import RunDetail

_LOOK_EVERY_S = 2.0


def show_run(client: Client, reference: str) -> None:
    """Draw a run."""
    import streamlit as st

    run = client.runs.show(reference)
    if run.model is not None and _has_model(client, run.model):
        show_model(client, run.model)
        return
    offer_way_back("All trainings", to="results")
    st.header(f"Training of {plain(run.name)}", anchor=False)
    took = "" if run.duration_s is None else f" · took {lasting(run.duration_s)}"
    st.caption(f"Began {ago(run.started_at, now=now())}{took}", help=exactly(run.started_at))
    if run.status is RunStatus.RUNNING:
        _wait(client, run)
    elif run.status is RunStatus.SUCCEEDED:
        _show_what_is_left(run)
    else:
        _show_why_not(run)


def _has_model(client: Client, reference: str) -> bool:
    try:
        client.models.show(reference)
    except NotFound:
        return False
    return True


def _show_what_is_left(run: RunDetail) -> None:
    import streamlit as st

    st.info(
        f"Its model{f' {plain(run.model)}' if run.model else ''} was deleted. What was measured of "
        "it is kept.",
        icon=":material/delete:",
    )
    right = st.column_config.Column(alignment="right")
    st.dataframe(
        {
            "Metric": list(run.metrics),
            "Value (95 % interval)": [metric_told(run.metrics, key) for key in run.metrics],
        },
        height="content",
        hide_index=True,
        column_config={"Value (95 % interval)": right},
        alt="Metrics of the training, with intervals.",
    )
    _show_what_was_asked(run)


def _show_why_not(run: RunDetail) -> None:
    import streamlit as st

    reason = advised(run.reason) if run.reason else "It left no word why."
    word = "was cancelled" if run.status is RunStatus.CANCELLED else "made no model"
    st.error(f"**This training {word}.**\n\n{reason}", icon=":material/error:")
    for found in run.findings:
        fix = f" *{advised(found['fix'])}*" if found.get("fix") else ""
        st.markdown(f"- {plain(found.get('message', ''))}{fix}")
    with st.container(horizontal=True):
        link_to("train", label="Train again")
        link_to("jobs", label="Look at its job")
    _show_what_was_asked(run)


def _show_what_was_asked(run: RunDetail) -> None:
    import streamlit as st

    with st.expander("What was asked for"):
        st.json(run.config)


def _wait(client: Client, run: RunDetail) -> None:
    import streamlit as st

    st.info(
        "This training goes on; its results stand here as soon as there are any.",
        icon=":material/hourglass_empty:",
    )
    link_to("jobs", label="Follow it")

    @st.fragment(run_every=_LOOK_EVERY_S)
    def look() -> None:
        if client.runs.show(run.id).status is not RunStatus.RUNNING:
            st.rerun(scope="app")

    look()
