"""Whichever address is asked for first, the page comes through app.py."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import ROOT, words


@pytest.mark.parametrize("page", ["triage", "audit", "performance", "model"])
def test_the_notice_is_there_on_the_first_page_asked_of_a_new_server(page: str) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).run()
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    assert "Research use only. Not a diagnosis." in words(app)
