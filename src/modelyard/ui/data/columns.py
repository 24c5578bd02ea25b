"""The columns of a table: a row with a small picture each, and all that is known of one of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from modelyard.client.clients import Client
from modelyard.domain.columns import ColumnKind
from modelyard.domain.identities import Role
from modelyard.kit.numerals import count, number, share
from modelyard.kit.texts import visible
from modelyard.ui.data.pictures import draw_values
from modelyard.ui.data.profiles import ColumnProfile, profile_of
from modelyard.ui.navigation import go_to
from modelyard.ui.parts.cells import word_told
from modelyard.ui.parts.permissions import may
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.tables import chosen_row
from modelyard.ui.parts.texts import plain
from modelyard.wire.datasets import DatasetVersionAnswer, NewVersionRequest, ReadingRequest

_CHOSEN = "column"
_N_BARS = 20
# What a person would call each kind.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        ColumnKind.NUMERIC: "number",
        ColumnKind.INTEGER: "whole number",
        ColumnKind.BOOLEAN: "yes or no",
        ColumnKind.CATEGORY: "category",
        ColumnKind.DATETIME: "date",
        ColumnKind.TEXT: "text",
        ColumnKind.IDENTIFIER: "name of the row",
        ColumnKind.IMAGE: "picture",
        ColumnKind.SEQUENCE: "sequence",
    }
)


def show_columns(client: Client, version: DatasetVersionAnswer) -> None:
    """Draw the columns of a version that was read, and the chosen one at large."""
    import streamlit as st

    profile = profile_of(client, version)["profile"]
    columns, n_rows = profile["columns"], profile["n_rows"]
    row = _show_table(columns, n_rows)
    if row is not None and st.session_state.get("column-row") != row:
        st.session_state[_CHOSEN] = row
    st.session_state["column-row"] = row
    at = st.selectbox(
        "Look at a column",
        range(len(columns)),
        format_func=lambda at: visible(columns[at]["name"]),
        key=_CHOSEN,
    )
    _show_one(client, version, columns[at], n_rows)


def typical(column: ColumnProfile) -> str:
    """Return the range of a column of numbers or dates, else its most frequent values."""
    if column["minimum"] is not None and column["kind"] != ColumnKind.BOOLEAN:
        if column["kind"] == ColumnKind.DATETIME:
            return f"{_day(column['minimum'])} to {_day(column['maximum'])}"
        return f"{number(column['minimum'])} to {number(column['maximum'])}"
    frequent = (word_told(value, column["kind"]) for value, _ in column["top_values"][:3])
    return ", ".join(map(visible, frequent))


def _show_table(columns: Sequence[ColumnProfile], n_rows: int) -> int | None:
    import streamlit as st

    config = st.column_config
    return chosen_row(
        [_row(column, n_rows) for column in columns],
        ids=[column["name"] for column in columns],
        key="columns-table",
        about="The columns; choose one to see more of it.",
        config={
            "Column": config.TextColumn(width="medium"),
            "Kind": config.TextColumn(),
            "Values": config.BarChartColumn(y_min=0.0, y_max=1.0, width="medium"),
            "Missing": config.ProgressColumn(
                format="percent", min_value=0.0, max_value=1.0, width="small"
            ),
            "Different": config.NumberColumn(format="localized", width="small"),
            "Range, or most frequent": config.TextColumn(width="large"),
        },
    )


def _row(column: ColumnProfile, n_rows: int) -> dict[str, Any]:
    frequent = [n for _, n in column["top_values"][:_N_BARS]]
    is_truth = column["kind"] == ColumnKind.BOOLEAN
    counts = frequent if is_truth else column["histogram_counts"] or frequent
    most = max(counts, default=0) or 1
    return {
        "Column": visible(column["name"]),
        "Kind": KINDS.get(column["kind"], column["kind"]),
        "Values": [n / most for n in counts],
        "Missing": column["n_missing"] / max(n_rows, 1),
        "Different": column["n_unique"],
        "Range, or most frequent": typical(column),
    }


def _show_one(
    client: Client, version: DatasetVersionAnswer, column: ColumnProfile, n_rows: int
) -> None:
    import streamlit as st

    st.subheader(plain(column["name"]), anchor=False)
    st.caption(f"{KINDS.get(column['kind'], column['kind'])}. {plain(column['reason'])}")
    left, right = st.columns([2, 3], gap="large")
    with left:
        lines = [f"{label}: **{plain(value)}**" for label, value in _facts(column, n_rows)]
        st.markdown("  \n".join(lines))
        _offer_kind(client, version, column)
    with right:
        draw_values(column, n_rows)


def _facts(column: ColumnProfile, n_rows: int) -> list[tuple[str, str]]:
    facts = [
        ("Missing", share(column["n_missing"], n_rows) if column["n_missing"] else "none"),
        ("Different values", count(column["n_unique"])),
    ]
    if column["kind"] == ColumnKind.DATETIME and column["minimum"] is not None:
        return [*facts, ("From", _day(column["minimum"])), ("To", _day(column["maximum"]))]
    if column["kind"] in {ColumnKind.NUMERIC, ColumnKind.INTEGER} and column["mean"] is not None:
        low, middle, high = column["quartiles"]
        facts += [
            ("Smallest", number(column["minimum"])),
            ("A quarter is below", number(low)),
            ("Half is below", number(middle)),
            ("Three quarters are below", number(high)),
            ("Largest", number(column["maximum"])),
            ("Mean ± sd", f"{number(column['mean'])} ± {number(column['sd'])}"),
        ]
    if column["n_nonfinite"]:
        facts.append(("Not finite", share(column["n_nonfinite"], n_rows)))
    if column["lengths"]:
        least, mean, most = column["lengths"]
        facts.append(("Characters", f"{number(least)} to {number(most)}, mean {number(mean, 1)}"))
    return facts


def _offer_kind(client: Client, version: DatasetVersionAnswer, column: ColumnProfile) -> None:
    import streamlit as st

    if not may(Role.EDITOR):
        return
    with st.popover("Read it as another kind"):
        kinds = [kind for kind in KINDS if kind != column["kind"]]
        kind = st.selectbox("Kind", kinds, format_func=KINDS.__getitem__, key="other-kind")
        if st.button("Make a version"):
            with told():
                read = ReadingRequest(
                    kinds={**version.read.get("kinds", {}), column["name"]: str(kind)}
                )
                body = NewVersionRequest(of=version.version, read=read)
                go_to("data", dataset=client.datasets.derive(version.name, body).reference)


def _day(microseconds: float) -> str:
    # Years that no date holds are left as they are counted.
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    except OverflowError:
        return number(microseconds)
    return f"{at:%Y-%m-%d}" if at.time() == at.min.time() else f"{at:%Y-%m-%d %H:%M}"
