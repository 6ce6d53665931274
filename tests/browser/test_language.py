"""The app in German: chosen in the account menu, kept by the browser, nothing left in English."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from ecg_core.words.tables import entries

WORDS = """
() => {
  const found = new Set();
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) { found.add(node.textContent.trim()); return; }
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (["STYLE", "SCRIPT"].includes(node.tagName)) return;
      for (const name of ["title", "aria-label", "placeholder", "alt"])
        if (node.getAttribute(name)) found.add(node.getAttribute(name).trim());
    }
    if (node.shadowRoot) walk(node.shadowRoot);
    for (const child of node.childNodes) walk(child);
  };
  walk(document.querySelector("[data-testid=stApp]"));
  return [...found];
}
"""
"""Every text of the page and of its parts, those that the browser draws by itself included."""


def english_labels() -> set[str]:
    """Texts of the catalogue that German says otherwise."""
    texts = {one.english: set(one.said) for one in entries("de")}
    german = {said for forms in texts.values() for said in forms}
    return {text for text in texts if text not in german and "{" not in text and len(text) > 2}


def test_a_demonstration_is_german_from_top_to_bottom(visit: Callable[..., Page]) -> None:
    page = visit()
    page.locator(".st-key-person button").first.click()
    page.get_by_label("Language").click()
    page.get_by_role("option", name="Deutsch").click()
    expect(page.get_by_role("link", name="Arbeitsliste")).to_be_visible()
    expect(page.get_by_text("Nur für die Forschung. Keine Diagnose.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Akuter Vorderwandinfarkt", exact=True).click()
    expect(page.get_by_text("Befundentwurf")).to_be_visible()
    expect(page.get_by_text("0,05–150 Hz").first).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert page.evaluate("document.documentElement.lang") == "de"
    left = set(page.evaluate(WORDS)) & english_labels()
    assert not left
    # The browser keeps it for the next time.
    page.reload()
    expect(page.get_by_role("link", name="Arbeitsliste")).to_be_visible()
    expect(page.get_by_text("EKG öffnen", exact=True)).to_be_visible()


def test_signing_in_follows_the_browser(visit: Callable[..., Page]) -> None:
    german = visit("account/sign-in", cookies=None, locale="de-AT")
    expect(german.get_by_role("button", name="Anmelden")).to_be_visible()
    expect(german.get_by_text("Nur für die Forschung. Keine Diagnose.")).to_be_visible()
    french = visit("account/sign-in", cookies=None, locale="fr-FR")
    expect(french.get_by_role("button", name="Sign in")).to_be_visible()
    expect(french.get_by_text("Research use only. Not a diagnosis.")).to_be_visible()
