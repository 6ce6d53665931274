"""What axe-core finds on a page, in light and in dark."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import at_rest

STREAMLIT: tuple[tuple[str, str, str], ...] = ()
"""What Streamlit itself draws wrongly: axe's rule, a part of the element, and the reason."""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_GROUND = """() => getComputedStyle(
  document.querySelector("[data-testid=stApp]") ?? document.body).backgroundColor"""
_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical, but for Streamlit's own."""
    found = Axe().run(page)
    return [
        f"{one['id']}: {node['html'][:300]} {node['failureSummary'][:300]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
        if not any(one["id"] == rule and part in node["html"] for rule, part, _ in STREAMLIT)
    ]


def sound(page: Page, where: str = "") -> None:
    """Nothing serious as the page stands, in light and in dark; its own theme comes back."""
    own = THEMES[page.evaluate(_DARK)]
    wrong, grounds = {}, set()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        if page.get_by_test_id("stApp").count():
            at_rest(page)
        grounds.add(page.evaluate(_GROUND))
        wrong[theme] = serious(page)
    page.emulate_media(color_scheme=own)
    assert len(grounds) == len(THEMES), f"{where or page.url}: the theme did not follow"
    assert not any(wrong.values()), f"{where or page.url}: {wrong}"
