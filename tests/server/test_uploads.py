"""How much one account may have on its way, and who waits for whom."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from server import door, place
from server.door import Door
from server.uploads import Quota, QuotaError
from tests.server.loops import in_a_thread
from tests.server.test_account_pages import PASSWORD


def test_uploads_beyond_the_quota_wait_and_others_do_not() -> None:
    most: dict[str, int] = {}

    async def one(quota: Quota, account: str, size: int, flying: dict[str, int]) -> None:
        async with quota.admitted(account, size):
            flying[account] = flying.get(account, 0) + size
            most[account] = max(most.get(account, 0), flying[account])
            await asyncio.sleep(0.002)
            flying[account] -= size

    async def all_of_them() -> None:
        quota, flying = Quota(most_bytes=100, most_files=3), dict[str, int]()
        sizes = [("ada", 40)] * 10 + [("ben", 10)] * 10 + [("cid", 500)] * 2
        await asyncio.gather(*(one(quota, who, size, flying) for who, size in sizes))
        assert not quota._sizes

    in_a_thread(all_of_them())
    assert most == {"ada": 80, "ben": 30, "cid": 500}


def test_whoever_waits_too_long_is_told() -> None:
    async def two() -> None:
        quota = Quota(most_bytes=100)
        async with quota.admitted("ada", 80):
            with pytest.raises(QuotaError):
                async with quota.admitted("ada", 80, wait_s=0.01):
                    pass
        # Neither left anything behind.
        async with quota.admitted("ada", 100, wait_s=0.01):
            pass

    in_a_thread(two())


def test_the_door_counts_what_comes_and_turns_away_what_cannot_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECG_DATA_DIR", str(tmp_path))
    link = place.accounts().first_link()
    assert link is not None
    token = place.accounts().use_link(link, PASSWORD, "ada", "Dr Ada")
    seen: list[tuple[str, int]] = []

    class Counting(Quota):
        def admitted(self, account: str, size: int, wait_s: float = 0.01):  # type: ignore[no-untyped-def]
            seen.append((account, size))
            return super().admitted(account, size, wait_s)

    async def take(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    monkeypatch.setattr(door, "Quota", Counting)
    app = Door(Starlette(routes=[Route("/_stcore/upload_file/a/b", take, methods=["PUT"])]))
    from server import cookies

    signed = cookies._signer().sign(token).decode()
    with TestClient(app, cookies={cookies.NAME: signed}) as client:
        assert client.put("/_stcore/upload_file/a/b", content=b"x" * 77).text == "77"
        account = place.accounts().signed_in(token)
        assert account is not None and seen == [(account.id, 77)]
        app.quota._sizes[account.id] = [10**9]
        answer = client.put("/_stcore/upload_file/a/b", content=b"x")
        assert (answer.status_code, "uploaded at once" in answer.text) == (429, True)
    place.store().close()
