"""Tables of which a row may be chosen, to look at what it stands for."""

from collections.abc import Mapping, Sequence
from typing import Any

from modelyard.kit.hashing import canonical_json, sha256_of


def chosen_row(
    rows: Sequence[Mapping[str, Any]],
    *,
    ids: Sequence[str],
    key: str,
    about: str,
    config: Mapping[str, Any],
    is_whole: bool = False,
) -> int | None:
    """Draw a table, and return which of its rows was chosen; None for none.

    Text in it is shown as it is, whatever it holds. A browser knows the choice by the number of the
    row alone: it is forgotten once the rows stand for something else than before.

    Args:
        rows: title of the column to the value.
        ids: what each row stands for.
        key: no other table of the page has it.
        about: what it holds, for screen readers.
        config: title of the column to how Streamlit shows it.
        is_whole: whether every row is in sight, rather than some ten to be scrolled through.
    """
    import streamlit as st

    columns = {title: [row[title] for row in rows] for title in config}
    picked = st.dataframe(
        columns,
        key=f"{key}-{sha256_of(canonical_json(list(ids)))}",
        height="content" if is_whole else "auto",
        hide_index=True,
        column_config=dict(config),
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        alt=about,
    )
    chosen: list[int] = picked["selection"]["rows"]
    return chosen[0] if chosen and chosen[0] < len(rows) else None
