"""The profile of a version as the platform tells it, asked for once a version and visit."""

from collections.abc import Mapping
from typing import Any

from modelyard.client.clients import Client
from modelyard.wire.datasets import DatasetVersionAnswer

Profile = Mapping[str, Any]
ColumnProfile = Mapping[str, Any]
_KEPT = "profile"


def profile_of(client: Client, version: DatasetVersionAnswer) -> Profile:
    """Return the profile of a version that was read: it does not change any more."""
    import streamlit as st

    mark = (version.reference, version.created_at)
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != mark:
        kept = st.session_state[_KEPT] = (mark, client.datasets.profile(version.reference))
    found: Profile = kept[1]
    return found
