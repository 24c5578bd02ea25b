"""Models: versions, what stands for them, where they are served, and which is better."""

from modelyard.client.clients import Client
from modelyard.ui.models.comparing import show_comparison
from modelyard.ui.models.listing import show_all
from modelyard.ui.models.version import show_one
from modelyard.ui.navigation import Page, looked_at


def show(client: Client) -> None:
    """Draw the list of models, or what the address names of them."""
    model, compared = looked_at("model"), looked_at("compare")
    if compared is not None:
        show_comparison(client, list(dict.fromkeys(compared.split(","))))
    elif model is not None:
        show_one(client, model)
    else:
        show_all(client)


PAGE = Page(title="Models", path="models", order=50, icon=":material/deployed_code:", show=show)
