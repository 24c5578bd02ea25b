"""What a model looks at, and where it fails."""

from modelyard.kit.numerals import number, share
from modelyard.ui.parts.charts import draw, draw_all
from modelyard.ui.parts.texts import plain
from modelyard.ui.results.sections import charts_of
from modelyard.wire.results import GroupTableAnswer, ResultsAnswer


def show_importance(results: ResultsAnswer) -> None:
    """Draw which columns matter, and how the answer moves with those that matter most."""
    import streamlit as st

    important, dependence = charts_of(results, "importance"), charts_of(results, "dependence")
    if not important:
        st.info("Which columns matter was not measured for this model.")
    for at, spec in enumerate(important):
        draw(spec, key=f"importance-{at}")
    if dependence:
        st.subheader("How the answer moves", anchor=False)
        draw_all(dependence, key="dependence")


def show_failures(results: ResultsAnswer) -> None:
    """Draw the parts of the rows that are served worse, the worst rows, and the groups."""
    import streamlit as st

    st.subheader("Parts that it serves worse", anchor=False)
    if results.weak:
        st.markdown("\n".join(f"- {plain(each)}" for each in results.weak))
    else:
        st.markdown("Weak parts were not looked for.")
    if results.worst:
        st.subheader("Worst single rows", anchor=False)
        _show_worst(results)
    for at, group in enumerate(results.groups):
        _show_group(group, at)
    draw_all(charts_of(results, "groups"), key="groups")


def _show_worst(results: ResultsAnswer) -> None:
    import streamlit as st

    worst = results.worst
    sure = {"Sure": [share(each.sureness or 0.0, 1) for each in worst]} if results.labels else {}
    inputs = {
        # A column of the data may be called as one of ours.
        f"{name} ": [each.inputs.get(name, "") for each in worst]
        for name in worst[0].inputs
    }
    right = st.column_config.Column(alignment="right")
    st.dataframe(
        {
            "Row": [each.row for each in worst],
            "Truth": [each.truth for each in worst],
            "Answer": [each.answer for each in worst],
            **sure,
            "Loss": [number(each.loss) for each in worst],
            **inputs,
        },
        hide_index=True,
        column_config={
            "Row": st.column_config.NumberColumn(pinned=True),
            "Sure": right,
            "Loss": right,
        },
        alt="The test rows with the largest loss, and their cells that matter most.",
    )
    st.caption("Test rows by their number in the training data, with the columns that matter most.")


def _show_group(group: GroupTableAnswer, at: int) -> None:
    import streamlit as st

    st.subheader(f"How groups of {plain(group.column)} fare", anchor=False)
    if group.told:
        st.markdown("\n".join(f"- {plain(each)}" for each in group.told))
    right = st.column_config.Column(alignment="right")
    st.dataframe(
        {
            heading: [row[place] for row in group.rows]
            for place, heading in enumerate(group.headings)
        },
        key=f"group-{at}",
        hide_index=True,
        column_config=dict.fromkeys(group.headings[1:], right),
        alt="Figures of each group, with 95 % intervals.",
    )
