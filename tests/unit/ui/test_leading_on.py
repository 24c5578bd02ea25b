"""A press of what leads to another page is not lost with a run of the script that is cut short."""

import pytest

pytestmark = pytest.mark.extras
pytest.importorskip("streamlit")


def _site() -> None:
    """Lead from the first page to the data, in a run that may be cut short before the button."""
    import streamlit as st

    from modelyard.ui.navigation import every_page, lead_to, registered

    def begin() -> None:
        if st.session_state.pop("is_cut", False):
            st.rerun()
        lead_to("data", label="On", dataset="iris@1")

    def arrive() -> None:
        st.write(f"arrived at {st.query_params['dataset']}")

    first, *others = every_page()
    pages = [registered(first, begin), *(registered(page, arrive) for page in others)]
    st.navigation(pages).run()


@pytest.mark.parametrize("is_cut", [False, True])
def test_a_press_leads_on_even_if_its_run_is_cut_short(is_cut):
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_function(_site).run()
    app.session_state["is_cut"] = is_cut
    app.button[0].click().run()
    assert [each.value for each in app.markdown] == ["arrived at iris@1"]
    assert not app.exception
