"""What the columns of a table have to do with each other, and where they lack cells together."""

from collections.abc import Mapping, Sequence
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.charts import ChartKind, ChartSpec, Series
from modelyard.kit.numerals import count
from modelyard.kit.texts import shorten, visible
from modelyard.ui.data.pictures import heat_map, strength_of
from modelyard.ui.data.profiles import profile_of
from modelyard.ui.parts import charts, frames
from modelyard.ui.parts.texts import plain
from modelyard.wire.datasets import DatasetVersionAnswer

_N_STRONGEST, _N_PATTERNS = 3, 12
# Below, two columns hardly go together. Source: Cohen, Statistical Power Analysis (1988), p. 80,
# who calls 0.3 a medium correlation.
_STRONG = 0.3
_NAMES_EM = 40.0


def show_relations(client: Client, version: DatasetVersionAnswer) -> None:
    """Draw what goes together in a version that was read."""
    told = profile_of(client, version)
    relations, n_rows = told["relations"], told["profile"]["n_rows"]
    _show_map(relations["columns"], relations["associations"])
    _show_gaps(relations["patterns"], n_rows)


def _show_map(names: Sequence[str], pairs: Sequence[Mapping[str, Any]]) -> None:
    import streamlit as st

    if len(names) < 2:
        st.info("Fewer than two columns can be compared.", icon=":material/info:")
        return
    st.markdown(plain(_strongest(pairs)))
    frames.draw(heat_map(names, pairs), key="together", about=_strongest(pairs))
    st.caption(
        "Spearman's rank correlation of two numbers (−1 to 1), Cramér's V of two categories and "
        "the correlation ratio of a number and a category (0 to 1). Constant columns, names of "
        "rows and free text are left out, and so are those beyond the sixtieth."
    )


def _strongest(pairs: Sequence[Mapping[str, Any]]) -> str:
    ranked = sorted(pairs, key=lambda pair: -abs(strength_of(pair)))[:_N_STRONGEST]
    told = [
        f"{visible(pair['first'])} and {visible(pair['second'])} ({strength_of(pair):.2f})"
        for pair in ranked
        if abs(strength_of(pair)) >= _STRONG
    ]
    return f"Most together: {'; '.join(told)}." if told else "No two columns go far together."


def _show_gaps(patterns: Sequence[Mapping[str, Any]], n_rows: int) -> None:
    import streamlit as st

    gaps = [pattern for pattern in patterns if pattern["columns"]][:_N_PATTERNS]
    if not gaps:
        st.success("No cell is missing.", icon=":material/check_circle:")
        return
    names = [
        shorten(" + ".join(visible(name) for name in pattern["columns"]), _NAMES_EM)
        for pattern in gaps
    ]
    together = "together, and nothing else with them," if len(gaps[0]["columns"]) > 1 else "alone"
    spec = ChartSpec(
        key="gaps",
        title="Missing cells",
        kind=ChartKind.BARS,
        x_label="",
        y_label="rows",
        series=(
            Series(
                "rows",
                tuple(float(at) for at in range(len(gaps))),
                tuple(float(pattern["n_rows"]) for pattern in gaps),
            ),
        ),
        caption=f"{names[0]}: missing {together} in {count(gaps[0]['n_rows'])} of "
        f"{count(n_rows)} rows.",
        categories=tuple(names),
    )
    charts.draw(spec, key="gaps")
