"""How much one account may be uploading at the same moment: what is on its way lies in memory."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_BYTES = 300_000_000
"""On their way for one account; two files of the largest size that is taken."""
MOST_FILES = 8
LONGEST_WAIT_S = 120.0
UNTOLD_BYTES = 150_000_000
"""What an upload counts that does not say its size: `maxUploadSize` in .streamlit/config.toml."""


class QuotaError(Exception):
    """An upload waited for too long for its turn."""


class Quota:
    """Uploads in flight by account; further ones wait until earlier ones have arrived.

    One that is larger than the quota by itself passes when nothing else is on its way. Used in one
    event loop.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES) -> None:
        self._most_bytes, self._most_files = most_bytes, most_files
        self._sizes: defaultdict[str, list[int]] = defaultdict(list)
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def admitted(
        self, account: str, size: int, wait_s: float = LONGEST_WAIT_S
    ) -> AsyncIterator[None]:
        """Wait for a turn and hold it. Raises QuotaError."""
        async with self._changed:
            try:
                await asyncio.wait_for(
                    self._changed.wait_for(lambda: self._fits(account, size)), wait_s
                )
            except TimeoutError as error:
                raise QuotaError from error
            self._sizes[account].append(size)
        try:
            yield
        finally:
            async with self._changed:
                self._sizes[account].remove(size)
                if not self._sizes[account]:
                    del self._sizes[account]
                self._changed.notify_all()

    def _fits(self, account: str, size: int) -> bool:
        flying = self._sizes.get(account, [])
        fits = sum(flying) + size <= self._most_bytes and len(flying) < self._most_files
        return fits or not flying
