"""Where a model came from and where it went: data, training, model, deployments, as a picture."""

from modelyard.client.clients import Client
from modelyard.kit.numerals import counted, size
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import ago, exactly, now
from modelyard.wire.models import LineageAnswer, ModelDetail

_SHORT_HASH = 12


def show_lineage(client: Client, model: ModelDetail) -> None:
    """Draw the way of a model from left to right; one below the other on a phone."""
    import streamlit as st

    lineage = client.models.lineage(model.id)
    cards = (_show_data, _show_run, _show_model, _show_served)
    columns = st.columns([8, 1, 8, 1, 8, 1, 8], gap="small")
    for at, draw in enumerate(cards):
        with columns[2 * at].container(border=True, height="stretch"):
            draw(model, lineage)
        if at + 1 < len(cards):
            columns[2 * at + 1].markdown(":material/arrow_forward:", text_alignment="center")
    st.caption(f"The package is known by the SHA-256 of its manifest, {model.sha256}.")


def _show_data(model: ModelDetail, lineage: LineageAnswer) -> None:
    import streamlit as st

    st.markdown(":material/table: **Data**")
    data = lineage.dataset
    if data is None:
        st.caption("No record of it is left.")
        return
    st.markdown(f"{counted(data.n_rows, 'row')}, {counted(data.n_columns, 'column')}")
    st.caption(size(data.size_bytes))
    st.caption(f"SHA-256 {model.data_sha256[:_SHORT_HASH]}…", help=model.data_sha256)


def _show_run(model: ModelDetail, lineage: LineageAnswer) -> None:
    import streamlit as st

    del model
    st.markdown(":material/model_training: **Training**")
    run = lineage.run
    if run is None:
        st.caption("It came otherwise than by a training here.")
        return
    st.markdown(plain(run.algorithm))
    st.caption(ago(run.started_at, now=now()), help=exactly(run.started_at))
    link_to("results", label="Its results", run=run.id)


def _show_model(model: ModelDetail, lineage: LineageAnswer) -> None:
    import streamlit as st

    del lineage
    st.markdown(":material/deployed_code: **Model**")
    st.markdown(plain(model.id))
    st.caption(f"{size(model.size_bytes)} · predicts {plain(model.target)}")


def _show_served(model: ModelDetail, lineage: LineageAnswer) -> None:
    import streamlit as st

    del lineage
    st.markdown(":material/rocket_launch: **Deployments**")
    served = [each for each in model.deployments if each.is_wanted]
    if not served:
        st.caption("It is not deployed.")
    for each in served:
        st.markdown(f"{plain(each.name)} ({each.state})")
