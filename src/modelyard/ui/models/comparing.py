"""Two to five models side by side: metrics with intervals, size, time, and other settings."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.domain.errors import NotFound
from modelyard.kit.numerals import size
from modelyard.ui.models.standing import standing_told
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.advice import advised
from modelyard.ui.parts.charts import draw
from modelyard.ui.parts.figures import beside_interval
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import ago, lasting, now
from modelyard.ui.parts.ways import offer_way_back
from modelyard.wire.models import ComparisonAnswer, ModelDetail
from modelyard.wire.runs import Difference, RunAnswer

FEWEST, MOST = 2, 5

Rows = dict[str, Sequence[str]]


def show_comparison(client: Client, references: Sequence[str]) -> None:
    """Draw models side by side, the best first."""
    import streamlit as st

    offer_way_back("All models", to="models")
    st.header("Side by side", anchor=False)
    if not FEWEST <= len(references) <= MOST:
        st.info(f"Choose {FEWEST} to {MOST} models of one question in the list.")
        return
    comparison = client.models.compare(references)
    names = [each.name for each in comparison.models]
    models = [client.models.show(name) for name in names]
    st.markdown("  \n".join(standing_told(comparison)))
    st.caption(advised(comparison.caution))
    draw(_picture(comparison), key="compared")
    _show_table("Figures", names, _figures(comparison), about="Metrics of each model.")
    runs = [_run_of(client, each) for each in models]
    _show_table("Facts", names, _facts(models, runs), about="Size, times and origin of each model.")
    parameters = _differing(
        {name: each.parameters for name, each in zip(names, models, strict=True)}
    )
    _show_table("Where hyperparameters differ", names, parameters, about="Hyperparameters.")
    known = [run for run in runs if run is not None]
    if len(known) == len(runs):
        told = client.runs.compare([run.id for run in known])
        _show_table(
            "Where configurations differ", names, _told(told.config), about="What was asked for."
        )
    with st.container(horizontal=True):
        for name in names:
            link_to("results", label=f"Results of {plain(name)}", model=name)


def _show_table(title: str, names: Sequence[str], rows: Rows, *, about: str) -> None:
    import streamlit as st

    st.subheader(title, anchor=False)
    if not rows:
        st.caption("They are the same.")
        return
    right = st.column_config.Column(alignment="right")
    columns = {name: [values[at] for values in rows.values()] for at, name in enumerate(names)}
    st.dataframe(
        {"": list(rows), **columns},
        key=f"compared-{title}",
        hide_index=True,
        height="content",
        column_config={
            "": st.column_config.Column(width="medium", pinned=True),
            **dict.fromkeys(names, right),
        },
        alt=about,
    )


def _picture(comparison: ComparisonAnswer) -> ChartSpec:
    title = comparison.titles[comparison.metric]
    known = [each for each in comparison.models if each.scores[comparison.metric].value is not None]
    scores = [each.scores[comparison.metric] for each in known]
    has_intervals = all(each.low is not None and each.high is not None for each in scores)
    bars = Series(
        title,
        x=tuple(map(float, range(len(known)))),
        y=tuple(each.value or 0.0 for each in scores),
        low=tuple(each.low or 0.0 for each in scores) if has_intervals else (),
        high=tuple(each.high or 0.0 for each in scores) if has_intervals else (),
    )
    return ChartSpec(
        key="compared",
        title=f"{title} of each model",
        kind=ChartKind.BARS,
        x_label="Model",
        y_label=title,
        series=(bars,),
        caption="The best first; the lines are 95 % intervals.",
        categories=tuple(each.name for each in known),
    )


def _figures(comparison: ComparisonAnswer) -> Rows:
    told: Rows = {}
    for key, title in comparison.titles.items():
        scores = [each.scores[key] for each in comparison.models]
        told[title] = [
            beside_interval(each.value, low=each.low, high=each.high)
            + (" best" if each.is_best else "")
            for each in scores
        ]
    return told


def _facts(models: Sequence[ModelDetail], runs: Sequence[RunAnswer | None]) -> Rows:
    at = now()
    return {
        "Algorithm": [each.algorithm for each in models],
        "Size": [size(each.size_bytes) for each in models],
        "Training took": [_took(None if run is None else run.duration_s) for run in runs],
        "Fitting took": [_took(None if run is None else run.fit_s) for run in runs],
        "Rows": [f"{each.n_rows:,}" for each in models],
        "Columns": [str(len(each.columns)) for each in models],
        "Made": [ago(each.created_at, now=at) for each in models],
        "Aliases": [", ".join(each.aliases) or "–" for each in models],
        "Same data": [_data(each, models[0]) for each in models],
    }


def _data(model: ModelDetail, first: ModelDetail) -> str:
    if model is first:
        return "–"
    return "as the first" if model.data_sha256 == first.data_sha256 else "another table"


def _took(seconds: float | None) -> str:
    return "–" if seconds is None else lasting(seconds)


def _run_of(client: Client, model: ModelDetail) -> RunAnswer | None:
    if model.run_id is None:
        return None
    try:
        return client.runs.show(model.run_id)
    except NotFound:
        return None


def _differing(settings: dict[str, dict[str, Any]]) -> Rows:
    keys = dict.fromkeys(key for each in settings.values() for key in each)
    rows = {key: [_written(each.get(key)) for each in settings.values()] for key in sorted(keys)}
    return {key: values for key, values in rows.items() if len(set(values)) > 1}


def _told(differences: Iterable[Difference]) -> Rows:
    return {each.key: [_written(value) for value in each.values] for each in differences}


def _written(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
