"""The form from the target to the start: everything is suggested, and everything can be changed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.client.clients import Client
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.errors import ModelyardError
from modelyard.domain.tasks import Task
from modelyard.kit.numerals import count
from modelyard.ui.data.profiles import profile_of
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.problems import tell, told
from modelyard.ui.parts.tasks import ANSWERS
from modelyard.ui.parts.texts import plain
from modelyard.ui.pictures.walls import has_pictures
from modelyard.ui.training.budgets import show_outlook
from modelyard.ui.training.decisions import decided, show_blocking
from modelyard.ui.training.details import choose_details
from modelyard.ui.training.features import choose_features, dropping, show_features
from modelyard.ui.training.forms import Form
from modelyard.ui.training.outlines import outline_of, plan_of
from modelyard.ui.training.pictured import can_learn_from_pictures, choose_picture_split
from modelyard.ui.training.splits import choose_split
from modelyard.ui.training.targets import choose_target, likely_task
from modelyard.ui.training.ways import algorithms_of, choose_way
from modelyard.wire.datasets import DatasetVersionAnswer
from modelyard.wire.jobs import LimitsBody, TrainingPlan, TrainingRequest
from modelyard.wire.outlines import OutlineAnswer

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

# What the columns of this target were last seen to ask for, until they are looked at again.
_TASK = "training-task"
_TOO_LARGE = (
    "**This table is too large to be looked at before the training**, so that nothing is said here "
    "of doubtful columns, nor of what fits into the time. It can be started all the same: the "
    "training looks at the whole table first, and stops before it learns anything if a column "
    "gives the answer away."
)


@dataclass(frozen=True)
class _Places:
    """Where is told what is only known once everything was chosen."""

    task: "DeltaGenerator"
    blocking: "DeltaGenerator"
    outlook: "DeltaGenerator"
    features: "DeltaGenerator | None"


def show_form(
    client: Client, version: DatasetVersionAnswer, *, base: TrainingConfig, mark: str
) -> None:
    """Draw the form for a dataset, and start the training that it asks for.

    Args:
        client: of the platform.
        version: of the dataset.
        base: what stands in the form to begin with.
        mark: of the form: under another one it begins anew.
    """
    import streamlit as st

    form, sees_pictures = Form(mark), has_pictures(version)
    if sees_pictures and not can_learn_from_pictures(client, version):
        return
    st.subheader("What is to be predicted?", anchor=False)
    config, task_place = choose_target(client, version, config=base, form=form)
    config = decided(config, form=form, base=base)
    blocking_place = st.container()
    task = config.task or _task_until_now(client, version, config.target)
    st.subheader("How?", anchor=False)
    config = choose_way(client, config, task=task, form=form, sees_pictures=sees_pictures)
    outlook_place, features_place = st.container(), None
    if not sees_pictures:
        with st.expander("What is learned from"):
            config = choose_features(client, version, config=config, form=form)
            features_place = st.container()
    with st.expander("How it is tested"):
        split = choose_picture_split if sees_pictures else choose_split
        config = split(client, version, config=config, form=form)
    with st.expander("More settings"):
        wished = choose_details(client, config, task=task, form=form)
        config = wished.config
    with st.expander("The same as text"):
        plan = plan_of(version.reference, config)
        _show_spellings(client, plan)
    places = _Places(task_place, blocking_place, outlook_place, features_place)
    can_start = _look(client, plan, config, form=form, places=places)
    _offer_start(client, plan, version, memory_mb=wished.memory_mb, can_start=can_start, form=form)


def _task_until_now(client: Client, version: DatasetVersionAnswer, target: str) -> Task | None:
    """Return what a target was last seen to ask for, else what it most likely does."""
    import streamlit as st

    kept: dict[tuple[str, str], Task | None] = st.session_state.setdefault(_TASK, {})
    key = (version.reference, target)
    if key not in kept:
        columns = profile_of(client, version)["profile"]["columns"]
        kept[key] = likely_task(next(each for each in columns if each["name"] == target))
    return kept[key]


def _look(
    client: Client,
    plan: TrainingPlan,
    config: TrainingConfig,
    *,
    form: Form,
    places: _Places,
) -> bool:
    """Tell what the platform says of the training; return whether it can be started."""
    import streamlit as st

    try:
        with places.outlook, st.spinner("Looking at the columns …"):
            outline = outline_of(client, plan, target=config.target)
    except ModelyardError as error:
        with places.task:
            tell(error)
        return False
    if outline is None:
        with places.outlook:
            st.info(_TOO_LARGE, icon=":material/info:")
        return True
    kept = st.session_state.setdefault(_TASK, {})
    key = (plan.dataset, config.target)
    if config.task is None and kept.get(key) != outline.task:
        kept[key] = outline.task
        # What fits the task, such as algorithms and metrics, is drawn above.
        st.rerun()
    _tell_outline(client, outline, config, form=form, places=places)
    return not outline.blocking


def _tell_outline(
    client: Client, outline: OutlineAnswer, config: TrainingConfig, *, form: Form, places: _Places
) -> None:
    import streamlit as st

    with places.task:
        st.caption(f"**{ANSWERS[outline.task]}**: {plain(outline.task_reason)}.")
        if outline.n_seen < outline.n_rows:
            st.caption(
                f"The table is large: what is said here stands on {count(outline.n_seen)} of its "
                f"{count(outline.n_rows)} rows, drawn by chance. The training looks at all of "
                "them, and stops before it learns anything if it finds more that gives the answer "
                "away."
            )
    with places.blocking:
        show_blocking(outline, target=config.target, form=form)
    if places.features is not None:
        with places.features:
            show_features(outline, target=config.target, key=dropping(form))
    if outline.outlook is not None:
        titles = {each.key: each.title for each in algorithms_of(client)}
        with places.outlook:
            show_outlook(outline.outlook, titles)


def _offer_start(
    client: Client,
    plan: TrainingPlan,
    version: DatasetVersionAnswer,
    *,
    memory_mb: int | None,
    can_start: bool,
    form: Form,
) -> None:
    import streamlit as st

    name = st.text_input(
        "Name of the model",
        key=form.key("name", plan.configuration.modelyard.name or version.name),
        max_chars=200,
        help="A model of this name that is there already gets another version.",
    )
    form.keep("name", name)
    if not st.button(
        "Start training",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not can_start,
        help=None if can_start else "Decide first what is said above.",
    ):
        return
    ours = plan.configuration.modelyard.model_copy(update={"name": name or None})
    configuration = plan.configuration.model_copy(update={"modelyard": ours})
    with told():
        asked = TrainingRequest(
            dataset=plan.dataset,
            configuration=configuration,
            row_schema=plan.row_schema,
            limits=LimitsBody(memory_mb=memory_mb),
        )
        go_to("train", job=client.jobs.train(asked).id)


def _show_spellings(client: Client, plan: TrainingPlan) -> None:
    import streamlit as st

    if not st.toggle("Show it", key="spellings", help="To be kept, changed and run elsewhere."):
        return
    with told():
        spelled = client.jobs.spell(plan)
        for title, text, language in (
            ("Configuration file", spelled.yaml, "yaml"),
            ("Command line", spelled.command, "shell"),
            ("Python", spelled.python, "python"),
        ):
            st.caption(title)
            st.code(text, language=language, wrap_lines=True)
