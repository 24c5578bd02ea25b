"""Home: what is here, how the platform is, and the way to a first model."""

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.ui.home.beginning import offer_own_table, show_beginning, show_waiting
from modelyard.ui.home.recent import show_deployments, show_jobs, show_models, show_no_jobs
from modelyard.ui.home.wellness import show_health
from modelyard.ui.navigation import Page
from modelyard.ui.parts.permissions import may, sees_every_model
from modelyard.ui.parts.problems import told
from modelyard.wire.jobs import JobListQuery
from modelyard.wire.models import ModelQuery

_N_RECENT = 5
# Beside the demo's, which the platform makes by itself, there is no model of anybody's.
_N_OF_DEMO = 1


def show(client: Client) -> None:
    """Draw the page."""
    import streamlit as st

    models = client.models.page(ModelQuery(limit=_N_RECENT)).items
    st.markdown("From a table to a model that is measured, explained and in use.")
    if not may(Role.EDITOR):
        if not models:
            show_waiting()
    elif len(models) <= _N_OF_DEMO:
        show_beginning(client)
    else:
        offer_own_table()
    show_health(client.platform.health())
    left, middle, right = st.columns(3, gap="large")
    with left:
        show_models(models)
    with middle, told():
        if sees_every_model():
            show_jobs(client.jobs.page(JobListQuery(limit=_N_RECENT)).items)
        else:
            show_no_jobs()
    with right, told():
        served = [each for each in client.deployments.list().items if each.state.value != "stopped"]
        show_deployments(served[:_N_RECENT])


PAGE = Page(title="Home", path="home", order=10, icon=":material/home:", show=show)
