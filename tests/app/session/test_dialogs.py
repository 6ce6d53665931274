"""A dialog stays through other runs, until it is closed."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _two_ecgs() -> None:
    import streamlit as st

    from widgets.session import dialogs

    dialogs.on_page(st.session_state.get("page", ""))
    st.button("Another run", key="other")
    for name in st.session_state.get("desk", ["one"]):
        dialogs.button("Open", ":material/download:", name, "Title", lambda: st.text("Inside"))


def test_it_stays_until_it_is_closed_and_is_of_one_ecg() -> None:
    app = AppTest.from_function(_two_ecgs).run()
    assert not app.text
    app.button(key="one").click().run()
    assert [line.value for line in app.text] == ["Inside"]
    app.button(key="other").click().run()
    assert [line.value for line in app.text] == ["Inside"]
    app.session_state["desk"] = ["two"]
    assert not app.run().text
    app.session_state["desk"] = ["one"]
    assert not app.run().text, "the ECG was left, and the dialog with it"
    app.button(key="one").click().run()
    del app.session_state["dialog_open"]
    assert not app.run().text


def test_it_does_not_wait_on_a_page_that_was_left() -> None:
    app = AppTest.from_function(_two_ecgs).run()
    app.button(key="one").click().run()
    assert [line.value for line in app.text] == ["Inside"]
    app.session_state["desk"], app.session_state["page"] = [], "worklist"
    app.run()
    app.session_state["desk"], app.session_state["page"] = ["one"], ""
    assert not app.run().text
