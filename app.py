"""Starts the app. Imported by the server: what it serves. Run by Streamlit: what a person sees.

`streamlit run app.py` finds `app` below and serves it: Streamlit's own routes, the account pages
beside them, and the door in front of both.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent


def screen() -> None:
    """One run for one person: sign-in, navigation, the notice that stays in sight, the page."""
    from widgets.session import one_run

    with one_run.run():
        _screen()


def _screen() -> None:
    st.set_page_config(
        page_title="ECG Triage",
        page_icon=str(ROOT / "assets" / "icon.svg"),
        layout="wide",
        menu_items={},
    )
    # In the header, which stays in sight while the page scrolls. Words and their style come as
    # one element, so that nothing moves when the style arrives.
    style = (ROOT / "assets" / "style.css").read_text(encoding="utf-8")
    header = st.container(
        key="notice", width="content", horizontal=True, vertical_alignment="center"
    )
    from widgets.session import words

    header.caption(
        f"<style>{style}</style>{words._('Research use only. Not a diagnosis.')}",
        unsafe_allow_html=True,
        width="content",
    )
    from widgets.session import dialogs, navigation, notice, person

    account = person.gate()
    words.tell_browser()
    notice.show()
    page = st.navigation(navigation.pages(account), position="top")
    dialogs.on_page(page.url_path)
    with header:
        person.menu(account)
    # Navigation and notice are painted before anything heavy is imported, and the page before
    # the model: its libraries alone take seconds.
    with st.skeleton(height=420):
        from widgets.session import models
    page.run()
    models.warm_up()


if __name__ == "__main__":
    screen()
else:
    from starlette.middleware import Middleware

    from server import start
    from server.account_pages import ROUTES
    from server.door import Door

    app = st.App(__file__, routes=ROUTES, middleware=[Middleware(Door)], lifespan=start.lifespan)
