"""What stands where there is nothing yet, or nothing that is like what is asked for."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

# To whoever is given some of the models alone.
OF_OTHER_MODELS = (
    "Datasets and jobs may be of models that you are not given. An editor can tell you about them."
)


def show_nothing_yet(title: str, words: str, *, icon: str) -> "DeltaGenerator":
    """Draw what will stand here.

    Args:
        title: what there is none of.
        words: what it is, and how it comes here.
        icon: of Material Symbols.

    Returns:
        The place for what leads on.
    """
    import streamlit as st

    place = st.container(border=True, horizontal_alignment="center", gap="small")
    with place:
        st.markdown(f"{icon} **{title}**", text_alignment="center")
        st.markdown(words, text_alignment="center")
    return place


def tell_no_match(what: str) -> None:
    """Say that nothing is like what is asked for above.

    Args:
        what: of which there is none, e.g. `job`.
    """
    import streamlit as st

    st.info(
        f"No {what} is like this. Change what is asked for above.", icon=":material/filter_alt:"
    )
