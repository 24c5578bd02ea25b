"""Data: bring a table, see what is in it and what is wrong with it, and mend it."""

from modelyard.client.clients import Client
from modelyard.ui.data.listing import show_all
from modelyard.ui.data.version import show_one
from modelyard.ui.navigation import Page, looked_at


def show(client: Client) -> None:
    """Draw the list of datasets, or the one that the address names."""
    reference = looked_at("dataset")
    if reference is None:
        show_all(client)
    else:
        show_one(client, reference)


PAGE = Page(
    title="Data",
    path="data",
    order=20,
    icon=":material/table:",
    show=show,
    is_of_all_models=True,
)
