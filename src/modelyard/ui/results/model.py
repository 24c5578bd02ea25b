"""Everything that was measured of one model, in tabs of which only the open one is drawn."""

from collections.abc import Callable

from modelyard.client.clients import Client
from modelyard.domain.columns import ColumnKind
from modelyard.domain.errors import NotFound
from modelyard.ui.parts.problems import tell
from modelyard.ui.parts.texts import plain
from modelyard.ui.parts.times import ago, exactly, now
from modelyard.ui.parts.ways import offer_way_back
from modelyard.ui.results.choosing import is_told, show_choosing
from modelyard.ui.results.downloads import show_downloads
from modelyard.ui.results.head import show_head
from modelyard.ui.results.insight import show_failures, show_importance
from modelyard.ui.results.quality import show_certainty, show_quality
from modelyard.ui.results.record import show_record
from modelyard.ui.results.sections import charts_of
from modelyard.ui.results.thresholds import show_threshold
from modelyard.wire.models import ColumnAnswer, ModelDetail
from modelyard.wire.results import ResultsAnswer

_KEPT = "results-shown"

View = Callable[[ResultsAnswer], None]


def show_model(client: Client, reference: str) -> None:
    """Draw the results of a model."""
    import streamlit as st

    detail = client.models.show(reference)
    offer_way_back("All trainings", to="results")
    _show_heading(detail)
    try:
        results = _results(client, detail)
    except NotFound as error:
        # Packages of early versions keep their report as a page alone.
        tell(error)
        return
    views = _views(results, has_pictures=any(map(_is_picture, detail.columns)))
    tabs = st.tabs(list(views), key="view", on_change="rerun", bind="query-params")
    for tab, draw in zip(tabs, views.values(), strict=True):
        if tab.open:
            with tab:
                draw(results)


def _is_picture(column: ColumnAnswer) -> bool:
    return column.kind == ColumnKind.IMAGE


def _views(results: ResultsAnswer, *, has_pictures: bool) -> dict[str, View]:
    views: dict[str, View] = {"Overview": show_head, "Quality": show_quality}
    if results.threshold is not None:
        views["Threshold"] = show_threshold
    if charts_of(results, "importance") or not has_pictures:
        # Where a model looks at pictures is drawn in the report.
        views["What it looks at"] = show_importance
    views["Where it fails"] = show_failures
    if results.certainty or results.coverage:
        views["How sure it is"] = show_certainty
    if is_told(results):
        views["How it was chosen"] = show_choosing
    return views | {"Data and settings": show_record, "Downloads": show_downloads}


def _show_heading(detail: ModelDetail) -> None:
    import streamlit as st

    st.header(plain(detail.id), anchor=False)
    standing = f" · {plain(', '.join(detail.aliases))}" if detail.aliases else ""
    st.caption(
        f"Predicts **{plain(detail.target)}** · {plain(detail.algorithm)}{standing} · "
        f"trained {ago(detail.created_at, now=now())}",
        help=exactly(detail.created_at),
    )
    if any(map(_is_picture, detail.columns)):
        st.link_button(
            "Pictures it gets wrong, and where it looks",
            f"/download/models/{detail.id}/report",
            icon=":material/open_in_new:",
            help="In the report, in a tab of its own.",
        )


def _results(client: Client, detail: ModelDetail) -> ResultsAnswer:
    """Return the results of the version that is looked at.

    They are asked for once while it is: a version does not change, but every click draws anew.
    """
    import streamlit as st

    kept: tuple[str, ResultsAnswer] | None = st.session_state.get(_KEPT)
    if kept is not None and kept[0] == detail.sha256:
        return kept[1]
    results = client.models.results(detail.id)
    st.session_state[_KEPT] = (detail.sha256, results)
    return results
