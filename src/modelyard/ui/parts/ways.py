"""The way back from one thing to the list that it is in."""

from modelyard.ui.navigation import link_to


def offer_way_back(label: str, *, to: str, **query: str) -> None:
    """Draw what leads back.

    Args:
        label: of the list.
        to: path of its page.
        query: what is to be looked at there; nothing for the list itself.
    """
    link_to(to, label=label, icon=":material/arrow_back:", **query)
