"""One row: the form, the answer that follows each change, and another row beside it."""

from modelyard.client.clients import Client
from modelyard.ui.navigation import link_to
from modelyard.ui.parts.cells import cell_told
from modelyard.ui.parts.problems import told
from modelyard.ui.parts.texts import plain
from modelyard.ui.predicting.answers import show_answer, value_told
from modelyard.ui.predicting.asking import ask_row, write_down
from modelyard.ui.predicting.fields import show_form
from modelyard.ui.predicting.rows import Row, begin_again
from modelyard.wire.models import ModelDetail


def show_single(client: Client, detail: ModelDetail) -> None:
    """Draw the form and its answer; a change asks again, and draws nothing else anew."""
    import streamlit as st

    @st.fragment
    def look() -> None:
        form, answer = st.columns([1, 1], gap="large")
        with form:
            row = dict(show_form(detail))
            st.button(
                "Fill in the typical row",
                icon=":material/restart_alt:",
                on_click=begin_again,
                args=(detail,),
            )
        with answer, told():
            with_reasons = st.toggle("Say why", value=True, key=f"why-{detail.id}")
            found = ask_row(client, detail, row=row, with_reasons=with_reasons)
            show_answer(detail, found, key="single", row=row)
            _offer_deeds(client, detail, row)
        _show_beside(client, detail, row)

    look()


def _offer_deeds(client: Client, detail: ModelDetail, row: Row) -> None:
    import streamlit as st

    with st.container(horizontal=True):
        kept = f"kept-{detail.id}"
        if st.button("Keep to compare", icon=":material/splitscreen_right:"):
            st.session_state[kept] = row
        if st.button(
            "Write it down",
            icon=":material/edit_note:",
            help="What is tried out here is not logged. This asks once more, for good: the "
            "answer is found on the page Monitor, where its truth can be attached.",
        ):
            id_ = write_down(client, detail, row=row)
            if id_ is None:
                st.warning("It was answered, but the log takes nothing now.")
            else:
                st.success(f"Written down as {plain(id_)}.", icon=":material/check:")
                link_to("monitor", label="See it in Monitor", model=detail.id)


def _show_beside(client: Client, detail: ModelDetail, row: Row) -> None:
    """Draw the row that was kept beside the one that is filled in, and where they differ."""
    import streamlit as st

    kept: Row | None = st.session_state.get(f"kept-{detail.id}")
    if kept is None:
        return
    st.divider()
    st.subheader("Two rows side by side", anchor=False)
    with told():
        answers = [ask_row(client, detail, row=each, with_reasons=False) for each in (kept, row)]
        for place, title, found in zip(
            st.columns(2), ("The row that was kept", "The row above"), answers, strict=True
        ):
            with place, st.container(border=True):
                st.markdown(f"**{title}**")
                show_answer(detail, found, key=title)
        values = [(each.model_extra or {})["prediction"] for each in answers]
        words = [value_told(detail, value) for value in values]
        differing = [each.name for each in detail.columns if kept[each.name] != row[each.name]]
        if not differing:
            st.caption("Both rows are the same; change the form to see what that does.")
            return
        st.dataframe(
            {
                "Column": [*differing, detail.target],
                "Kept": [*(cell_told(kept[name], is_exact=True) for name in differing), words[0]],
                "Now": [*(cell_told(row[name], is_exact=True) for name in differing), words[1]],
            },
            hide_index=True,
            alt="Where the two rows differ, and what is answered to each.",
        )
    st.button(
        "Let go of the kept row", on_click=lambda: st.session_state.pop(f"kept-{detail.id}", None)
    )
