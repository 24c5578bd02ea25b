"""The values of the form: kept while a part of it is not shown, and filled in from a training."""

from collections.abc import Collection
from typing import Any

_KEPT = "training-form"


class Form:
    """The form for one dataset.

    Streamlit forgets what stood in a widget that it does not draw; whoever looks at another way to
    train and comes back finds what they had chosen.
    """

    def __init__(self, mark: str) -> None:
        """Take what the form is about; another one begins empty."""
        import streamlit as st

        self._mark = mark
        if st.session_state.get(_KEPT, {}).get("mark") != mark:
            st.session_state[_KEPT] = {"mark": mark, "values": {}}
        self._values: dict[str, Any] = st.session_state[_KEPT]["values"]

    def key(self, name: str, first: Any, *, among: Collection[Any] | None = None) -> str:
        """Return the key of a widget, in which stands what was chosen last, or `first`.

        Args:
            name: that no other widget of the form has.
            first: where nothing was chosen, or what was is not `among` the options any more.
            among: what may be chosen; None for anything.
        """
        import streamlit as st

        key = f"{self._mark}-{name}"
        now = st.session_state.get(key, self._values.get(name, first))
        if among is not None and now not in among:
            now = first
        if key not in st.session_state or st.session_state[key] != now:
            st.session_state[key] = now
        return key

    def keep(self, name: str, value: Any) -> Any:
        """Remember what stands in a widget, and return it."""
        self._values[name] = value
        return value

    def held(self, name: str, first: dict[str, str]) -> dict[str, str]:
        """Return what no widget holds, to be changed in place; a copy of `first` to begin with."""
        found: dict[str, str] = self._values.setdefault(name, dict(first))
        return found
