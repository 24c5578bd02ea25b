"""Results: how good what was trained is, why, and where it fails."""

from modelyard.client.clients import Client
from modelyard.ui.navigation import Page, looked_at
from modelyard.ui.results.listing import show_all
from modelyard.ui.results.model import show_model
from modelyard.ui.results.run import show_run


def show(client: Client) -> None:
    """Draw the list of trainings, or the model or run that the address names."""
    model, run = looked_at("model"), looked_at("run")
    if model is not None:
        show_model(client, model)
    elif run is not None:
        show_run(client, run)
    else:
        show_all(client)


PAGE = Page(title="Results", path="results", order=40, icon=":material/insights:", show=show)
