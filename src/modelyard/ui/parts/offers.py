"""A choice among the datasets that there are: some are listed, the others found by name."""

from collections.abc import Sequence

from modelyard.kit.numerals import count


def choose_dataset_of(
    label: str, names: Sequence[str], *, is_cut: bool, key: str, about: str | None = None
) -> str | None:
    """Draw the choice of a dataset; return what was chosen or typed, None before.

    Args:
        label: of the choice.
        names: that are listed, in their order.
        is_cut: whether there are others, whose names are typed.
        key: no other choice of the page has it.
        about: what is to be chosen, where the label alone does not say it.
    """
    import streamlit as st

    chosen: str | None = st.selectbox(
        label,
        names,
        index=None,
        key=key,
        help=about,
        placeholder="Choose a dataset, or type its name" if is_cut else "Choose a dataset",
        accept_new_options=is_cut,
    )
    if is_cut:
        st.caption(
            f"The first {count(len(names))} datasets by name are listed. For another one type its "
            "whole name, and press Enter."
        )
    return chosen
