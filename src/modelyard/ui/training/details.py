"""What most trainings need not be told: the metric, folds, weights of classes, the seed, limits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from modelyard.client.clients import Client
from modelyard.domain.configs import AUTO, BALANCED, CALIBRATIONS, NONE, TrainingConfig
from modelyard.domain.tasks import Task
from modelyard.ui.training.forms import Form
from modelyard.wire.catalog import MetricAnswer

_METRICS = "metrics"
_USUAL = "usual"
_CLASS_WEIGHTS: Mapping[str, str] = MappingProxyType(
    {NONE: "Each row counts alike", BALANCED: "Rare classes count for more"}
)
_CALIBRATIONS: Mapping[str, str] = MappingProxyType(
    {AUTO: "Where it is proven to help", NONE: "Never"}
)


def metrics_of(client: Client) -> list[MetricAnswer]:
    """Return every metric; asked for once a visit, for they do not change."""
    import streamlit as st

    if _METRICS not in st.session_state:
        st.session_state[_METRICS] = client.platform.metrics().items
    found: list[MetricAnswer] = st.session_state[_METRICS]
    return found


@dataclass(frozen=True)
class Wished:
    """What stands among the details.

    Attributes:
        memory_mb: most that the job may hold; None for what the worker gives to every job.
    """

    config: TrainingConfig
    memory_mb: int | None


def choose_details(
    client: Client, config: TrainingConfig, *, task: Task | None, form: Form
) -> Wished:
    """Draw the details, and return the training with them."""
    import streamlit as st

    left, right = st.columns(2, gap="large")
    with left:
        config = _choose_metric(client, config, task=task, form=form)
        if config.automl is None:
            folds = st.number_input(
                "Folds of cross-validation",
                0,
                100,
                key=form.key("cv", config.n_folds),
                help="0 for none; 5 or 10 tell how much the score depends on the rows.",
            )
            config = replace(config, n_folds=int(form.keep("cv", folds)))
        seed = st.number_input(
            "Seed", 0, 2**32 - 1, key=form.key("seed", config.seed), help="Of everything random."
        )
        config = replace(config, seed=int(form.keep("seed", seed)))
    with right:
        if task is None or task.is_classification:
            config = _choose_weights(config, form=form)
        memory_mb = st.number_input(
            "Most memory of the job, in MB",
            50,
            None,
            key=form.key("memory", None),
            placeholder="As the worker gives to every job",
        )
        form.keep("memory", memory_mb)
    return Wished(config, memory_mb)


def _choose_metric(
    client: Client, config: TrainingConfig, *, task: Task | None, form: Form
) -> TrainingConfig:
    import streamlit as st

    fitting = {each.key: each for each in metrics_of(client) if task is None or task in each.tasks}
    usual = next((each.title for each in fitting.values() if task in each.is_default_for), "")
    options = [_USUAL, *fitting]
    key = form.key("metric", config.metric or _USUAL, among=options)
    metric = st.selectbox(
        "Metric that decides",
        options,
        format_func=lambda key: fitting[key].title if key in fitting else f"Usual {usual}".strip(),
        key=key,
    )
    form.keep("metric", metric)
    return replace(config, metric=None if metric == _USUAL else metric)


def _choose_weights(config: TrainingConfig, *, form: Form) -> TrainingConfig:
    import streamlit as st

    if isinstance(config.class_weight, str):
        weight = st.selectbox(
            "Classes",
            list(_CLASS_WEIGHTS),
            format_func=_CLASS_WEIGHTS.__getitem__,
            key=form.key("class-weight", config.class_weight),
            help="For classes of which there are few rows that matter much.",
        )
        config = replace(config, class_weight=form.keep("class-weight", weight))
    calibrate = st.selectbox(
        "Correct the probabilities",
        CALIBRATIONS,
        format_func=lambda each: _CALIBRATIONS.get(each, f"Try {each}"),
        key=form.key("calibrate", config.calibrate),
        help="So that of rows with 80 % about 80 in 100 are right.",
    )
    return replace(config, calibrate=form.keep("calibrate", calibrate))
