"""The profile of a version as the platform tells it, asked for once a version and visit."""

from collections.abc import Mapping
from typing import Any

from modelyard.client.clients import Client
from modelyard.wire.datasets import DatasetVersionAnswer

Profile = Mapping[str, Any]
ColumnProfile = Mapping[str, Any]
_KEPT = "profile"
# That of 10,000 columns takes 45 MB of memory, which is too much to keep for each visit; it is
# asked for anew. Of so few columns it is some 2 MB.
_MOST_COLUMNS = 500


def is_kept(version: DatasetVersionAnswer) -> bool:
    """Return whether the profile of a version is kept for the visit, so that it costs nothing."""
    return (version.n_columns or 0) <= _MOST_COLUMNS


def profile_of(client: Client, version: DatasetVersionAnswer) -> Profile:
    """Return the profile of a version that was read: it does not change any more."""
    import streamlit as st

    mark = (version.reference, version.created_at)
    kept = st.session_state.get(_KEPT)
    if kept is not None and kept[0] == mark:
        found: Profile = kept[1]
        return found
    profile = client.datasets.profile(version.reference)
    if is_kept(version):
        st.session_state[_KEPT] = (mark, profile)
    return profile
