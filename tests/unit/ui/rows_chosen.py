"""Chooses rows of tables as a browser does: by their number, at the table that it was drawn."""

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def with_row_chosen(app: "AppTest", row: int | None, *, at: str | None = None) -> "AppTest":
    """Run a page with a row of its first table chosen.

    Args:
        app: as it was drawn.
        row: its number, from 0; None to let go of the one that is chosen.
        at: id of the table that the browser had drawn; None for the one of `app`.
    """
    states = app._tree.get_widget_states()
    state = states.widgets.add()
    state.id = at or app.dataframe[0].proto.id
    rows = [] if row is None else [row]
    state.string_value = json.dumps({"selection": {"rows": rows, "columns": [], "cells": []}})
    return app._run(states)
