"""What is different where a model learns from pictures: who can, and which of them test."""

from dataclasses import replace

from modelyard.client.clients import Client
from modelyard.domain.approaches import USUAL_FOR_PICTURES
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.pictures import LABEL_COLUMN
from modelyard.ui.data.profiles import profile_of
from modelyard.ui.parts.texts import plain
from modelyard.ui.training.forms import Form
from modelyard.ui.training.splits import choose_shares
from modelyard.ui.training.ways import fitting_algorithms
from modelyard.wire.datasets import DatasetVersionAnswer

# Of the folders that say which pictures test.
_PART = "part"


def usual_for_pictures() -> TrainingConfig:
    """Return what is trained on pictures where nothing is said."""
    return TrainingConfig(LABEL_COLUMN, algorithm=USUAL_FOR_PICTURES)


def can_learn_from_pictures(client: Client, version: DatasetVersionAnswer) -> bool:
    """Say why nothing can be learned from a dataset of pictures, if so."""
    import streamlit as st

    fitting = fitting_algorithms(client, task=None, sees_pictures=True)
    lacking = next((each.install for each in fitting if each.install), None)
    if lacking and all(each.install for each in fitting):
        st.info(
            f"Networks for pictures are not installed on the platform: {plain(lacking)}",
            icon=":material/extension_off:",
        )
        return False
    if LABEL_COLUMN not in _columns(client, version):
        st.info(
            "These pictures lie in no class folders, so that there is nothing to learn from them. "
            "A model that was trained on others can predict for them.",
            icon=":material/folder_off:",
        )
        return False
    return True


def choose_picture_split(
    client: Client, version: DatasetVersionAnswer, *, config: TrainingConfig, form: Form
) -> TrainingConfig:
    """Draw how many pictures test, unless their folders say which."""
    import streamlit as st

    if _PART in _columns(client, version):
        st.caption("The folders say which pictures teach and which test.")
        return config
    return replace(config, shares=choose_shares(config, form=form))


def _columns(client: Client, version: DatasetVersionAnswer) -> set[str]:
    return {each["name"] for each in profile_of(client, version)["profile"]["columns"]}
