"""Where some of the datasets are listed alone, it is said so, and the others are found by name."""

import pytest

pytestmark = pytest.mark.extras


def _choice(is_cut):
    from modelyard.ui.parts.offers import choose_dataset_of

    chosen = choose_dataset_of("Dataset", ["a", "b"], is_cut=is_cut, key="chosen")
    import streamlit as st

    st.text(f"chosen: {chosen}")


def _drawn(*, is_cut):
    from streamlit.testing.v1 import AppTest

    return AppTest.from_function(_choice, kwargs={"is_cut": is_cut}).run()


def test_a_list_of_all_datasets_says_nothing_of_others():
    app = _drawn(is_cut=False)
    assert not app.caption
    assert not app.selectbox[0].proto.accept_new_options


def test_a_dataset_that_is_not_listed_is_typed():
    app = _drawn(is_cut=True)
    assert "The first 2 datasets by name are listed" in app.caption[0].value
    # A browser sends what is typed; AppTest itself takes only what is listed.
    states = app._tree.get_widget_states()
    state = states.widgets.add()
    state.id, state.string_value = app.selectbox[0].id, "another"
    app._run(states)
    assert app.text[0].value == "chosen: another"
