"""What happens when the server starts and stops."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.concurrency import run_in_threadpool

from server import place


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Open the store, and print the set-up link while there is no account."""
    link = await run_in_threadpool(place.accounts().first_link)
    if link is not None:
        print(
            "\n  First start. Open this link once, choose a name and a password:\n\n"
            f"  {address()}/account/set-up?token={link}\n",
            flush=True,
        )
    yield


def address() -> str:
    """Where a browser finds this server: `ECG_PUBLIC_URL`, else this machine."""
    given = os.environ.get("ECG_PUBLIC_URL", "").rstrip("/")
    return given or f"http://localhost:{st.get_option('server.port')}"
