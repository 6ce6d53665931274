"""Signing in, in a real browser: the cookie survives a reload, and nothing is shown without it."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, READER, shoot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_signed_in_over_a_reload_until_signed_out(visit: Callable[..., Page]) -> None:
    page = visit("model?x=1", cookies=None)
    expect(page).to_have_url(re.compile(r"/account/sign-in\?next=/model"))
    expect(page.get_by_text("Research use only. Not a diagnosis.")).to_be_visible()
    page.get_by_label("Name").fill(READER)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("The name, the password or the code is wrong")
    shoot(page, "sign_in_wide_light")
    # The name stays; by keyboard alone from here.
    page.get_by_label("Password").press_sequentially(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("What it is for")).to_be_visible()
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "ecg_sign_in"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    page.reload()
    expect(page.get_by_text("What it is for")).to_be_visible()
    page.get_by_role("button", name=READER).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()
    shoot(page, "signed_out_wide_light")
    # The cookie is worth nothing now, though the browser still has it.
    page.reload()
    expect(page).to_have_url(re.compile("/account/sign-in"))


def test_nothing_is_given_to_a_browser_that_is_not_signed_in(address: str) -> None:
    for path in ("/media/0123.png", "/_stcore/upload_file/a/b", "/_stcore/host-config"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}{path}", timeout=10)
        assert refused.value.code == 401
        assert refused.value.headers["x-content-type-options"] == "nosniff"
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=10) as answer:
        assert answer.status == 200
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_forged_cookie_signs_nobody_in(address: str) -> None:
    request = urllib.request.Request(
        f"{address}/_stcore/host-config", headers={"Cookie": "ecg_sign_in=abc.def"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 401
