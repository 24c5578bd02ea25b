"""The versions of a dataset with what was changed in each, and what came of the one shown."""

from itertools import islice

from modelyard.client.clients import Client
from modelyard.kit.numerals import counted
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.advice import without_code
from modelyard.ui.parts.cells import NO, YES
from modelyard.ui.parts.people import who
from modelyard.ui.parts.texts import plain, short
from modelyard.ui.parts.times import ago, exactly, now
from modelyard.wire.datasets import DatasetVersionAnswer

_MOST_VERSIONS = 30
_MOST_OFFSPRING = 30


def show_history(client: Client, version: DatasetVersionAnswer) -> None:
    """Draw the versions of a dataset, and the trainings and models of the one that is shown."""
    import streamlit as st

    left, right = st.columns(2, gap="large")
    with left:
        _show_versions(client, version)
    with right:
        _show_offspring(client, version)


def changed(version: DatasetVersionAnswer) -> list[str]:
    """Return what is other in a version than in the one before, one sentence each."""
    if version.derived_from is None:
        return [f"Uploaded as {version.filename}."]
    read = [f"{name.replace('_', ' ')}: {told}" for name, told in _told_reading(version)]
    sentences = [
        *map(without_code, version.applied),
        *([f"Read with {'; '.join(read)}."] if read else []),
    ]
    return sentences or [f"Read otherwise than version {version.derived_from}."]


def _told_reading(version: DatasetVersionAnswer) -> list[tuple[str, str]]:
    told = []
    for name, value in version.read.items():
        if isinstance(value, dict):
            told += [(name, ", ".join(f"{column} as {kind}" for column, kind in value.items()))]
        elif isinstance(value, list):
            told += [(name, ", ".join(f"“{each}”" for each in value))]
        elif isinstance(value, bool):
            told += [(name, YES if value else NO)]
        elif value is not None:
            told += [(name, f"“{value}”" if value != "\t" else "tab")]
    return [(name, words) for name, words in told if words]


def _show_versions(client: Client, version: DatasetVersionAnswer) -> None:
    import streamlit as st

    st.subheader("Versions", anchor=False)
    kept = list(islice(client.datasets.versions(version.name), _MOST_VERSIONS + 1))
    for each in kept[:_MOST_VERSIONS]:
        with st.container(border=True, gap="xxsmall"):
            if each.version == version.version:
                st.markdown(f"**Version {each.version}** · shown")
            else:
                link_to("data", label=f"Version {each.version}", icon="", dataset=each.reference)
            for sentence in changed(each):
                st.markdown(plain(sentence))
            st.caption(
                f"{ago(each.created_at, now=now())} by {plain(who(each.created_by))}",
                help=exactly(each.created_at),
            )
    if len(kept) > _MOST_VERSIONS:
        st.caption(f"Older ones than these {_MOST_VERSIONS} are told by the API.")


def _show_offspring(client: Client, version: DatasetVersionAnswer) -> None:
    import streamlit as st

    st.subheader("What came of it", anchor=False)
    lineage = client.datasets.lineage(version.reference)
    if not lineage.runs and not lineage.models:
        st.markdown("No training has used this version yet.")
        return
    st.markdown(f"**{counted(len(lineage.models), 'model')}**")
    for model in lineage.models[:_MOST_OFFSPRING]:
        link_to("models", label=short(model), model=model)
    st.markdown(f"**{counted(len(lineage.runs), 'training')}**")
    for run in lineage.runs[:_MOST_OFFSPRING]:
        link_to("results", label=f"{short(run.name)}, {run.status}", run=run.id)
