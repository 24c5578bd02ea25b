"""Lists page by page, by the cursors of the platform: quick however long the list is."""

from modelyard.wire.bodies import PageQuery


def trail(name: str) -> list[str]:
    """Return the cursors of the pages up to the one that is shown; none on the first.

    Args:
        name: of the list.
    """
    import streamlit as st

    found: list[str] = st.session_state.setdefault(f"trail-{name}", [])
    return found


def page_query(name: str) -> PageQuery:
    """Return which page of a list is to be asked for."""
    return PageQuery(cursor=cursor(name))


def cursor(name: str) -> str | None:
    """Return the cursor of the page that is shown; None for the first."""
    passed = trail(name)
    return passed[-1] if passed else None


def begin_again(name: str) -> None:
    """Go back to the first page, e.g. because the list is filtered otherwise."""
    trail(name).clear()


def offer_pages(name: str, next_cursor: str | None) -> None:
    """Draw what leads to the page before and to the next one, where there are any.

    Args:
        name: of the list.
        next_cursor: as the page that is shown told it.
    """
    import streamlit as st

    passed = trail(name)
    if not passed and next_cursor is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Previous",
            key=f"previous-{name}",
            icon=":material/chevron_left:",
            disabled=not passed,
            on_click=_go_back,
            args=(passed,),
        )
        st.button(
            "Next",
            key=f"next-{name}",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=next_cursor is None,
            on_click=lambda: passed.append(next_cursor or ""),
        )
        st.caption(f"Page {len(passed) + 1}")


def _go_back(passed: list[str]) -> None:
    passed.pop()
