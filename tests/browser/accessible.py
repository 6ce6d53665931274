"""What axe-core finds on a page, in light and in dark."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import at_rest, still

STREAMLIT: tuple[tuple[str, str, str], ...] = ()
"""What Streamlit itself draws wrongly: axe's rule, a part of the element, and the reason."""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_GROUND = """() => getComputedStyle(
  document.querySelector("[data-testid=stApp]") ?? document.body).backgroundColor"""
REPAINTED_MS = 300
_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"


COLOUR = ("color-contrast", "link-in-text-block")
"""axe's rules on which a theme bears; it changes colours alone."""


def serious(page: Page, only: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds that is serious or critical, but for Streamlit's own.

    only: the rules to ask for, in place of all.
    """
    asked = {"runOnly": {"type": "rule", "values": list(only)}} if only else {}
    found = Axe().run(page, options={"resultTypes": ["violations"], **asked})
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
    other = THEMES[own == THEMES[0]]
    if page.get_by_test_id("stApp").count():
        at_rest(page)
    ground, wrong = page.evaluate(_GROUND), {own: serious(page)}
    page.emulate_media(color_scheme=other)
    # Nothing is asked of the server for it: once the ground has its colour, the rest is drawn.
    page.wait_for_function(f"ground => ({_GROUND})() !== ground", arg=ground)
    still(page, REPAINTED_MS)
    wrong[other] = serious(page, COLOUR)
    page.emulate_media(color_scheme=own)
    assert not any(wrong.values()), f"{where or page.url}: {wrong}"
