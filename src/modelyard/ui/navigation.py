"""Finds the pages by scanning `ui/pages`, and leads from one to another.

What is looked at stands in the parameters of the address, so that a page that is loaded again, or
whose address is sent to somebody, shows the same.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NoReturn

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.kit.discovery import scan

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


# How long a press waits for the button to be drawn once more: longer than any page takes.
_PRESS_LASTS_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page.

    Attributes:
        title: in the navigation and as its heading.
        path: in the address, without a slash.
        order: among the pages; the first is where a visit begins.
        icon: of Material Symbols, e.g. `:material/table:`.
        show: draws it.
        needs: least role that is shown it.
        is_personal: whether it is shown only where people log in.
        is_of_all_models: whether it is empty for whoever is refused a model.
    """

    title: str
    path: str
    order: int
    icon: str
    show: Callable[[Client], None]
    needs: Role = Role.VIEWER
    is_personal: bool = False
    is_of_all_models: bool = False


@cache
def every_page() -> tuple[Page, ...]:
    """Return the pages in their order."""
    found = (page for _, page in scan("modelyard.ui.pages", "PAGE"))
    return tuple(sorted(found, key=lambda page: page.order))


def page_at(path: str) -> Page:
    """Return the page with a path."""
    return next(page for page in every_page() if page.path == path)


def registered(page: Page, draw: Callable[[], None], *, is_shown: bool = True) -> "StreamlitPage":
    """Return a page as Streamlit knows it.

    Args:
        page: to be registered.
        draw: draws it.
        is_shown: whether the navigation lists it.
    """
    import streamlit as st

    return st.Page(
        draw,
        title=page.title,
        icon=page.icon,
        url_path=page.path,
        default=page is every_page()[0],
        visibility="visible" if is_shown else "hidden",
    )


def link_to(path: str, *, label: str | None = None, icon: str | None = None, **query: str) -> None:
    """Draw a link to a page.

    Args:
        path: of the page.
        label: as Markdown; None for the page's title. Users' text goes through `texts.plain`.
        icon: None for the page's own, an empty one for none.
        query: what is to be looked at there, e.g. `model="churn@3"`.
    """
    import streamlit as st

    page = page_at(path)
    st.page_link(
        _target(page),
        label=page.title if label is None else label,
        icon=page.icon if icon is None else icon,
        query_params=query,
    )


def lead_to(
    path: str,
    *,
    label: str,
    icon: str | None = None,
    is_first: bool = True,
    refusal: str | None = None,
    **query: str,
) -> None:
    """Draw a button that shows another page.

    Unlike that of a bare `if st.button`, a press outlives a run of the script that is cut short by
    another one, as one is while the page still draws what came of an upload or a job. It does so
    for some seconds: whoever went elsewhere instead is not led away later.

    Args:
        path: of the page.
        label: of the button.
        icon: beside it.
        is_first: whether it is what to do next, and drawn as that.
        refusal: why it may not be pressed; None where it may.
        query: what is to be looked at there.
    """
    import streamlit as st

    flag = f"led to: {path} {query}"
    st.button(
        label,
        icon=icon,
        type="primary" if is_first else "secondary",
        disabled=refusal is not None,
        help=refusal,
        on_click=lambda: st.session_state.update({flag: time.monotonic()}),
    )
    if time.monotonic() < st.session_state.pop(flag, -_PRESS_LASTS_S) + _PRESS_LASTS_S:
        go_to(path, **query)


def go_to(path: str, **query: str) -> NoReturn:
    """Show another page instead, with what is to be looked at there; ends the run of the script."""
    import streamlit as st

    st.switch_page(_target(page_at(path)), query_params=query)


def looked_at(name: str) -> str | None:
    """Return what the address says is to be looked at, e.g. `looked_at("model")`."""
    import streamlit as st

    return st.query_params.get(name)


def look_at(query: Mapping[str, str | None]) -> None:
    """Write into the address what is being looked at; None takes a parameter out."""
    import streamlit as st

    for name, value in query.items():
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


def _target(page: Page) -> "StreamlitPage":
    # Streamlit finds the registered one by its path.
    return registered(page, lambda: None)
