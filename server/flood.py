"""Signing in under a flood: few passwords are hashed at once, and few tries come through at all.

Argon2 takes 64 MiB and a tenth of a second on purpose. In the pool that serves pages a burst of
sign-ins would take the machine from everybody; here two are hashed at a time, and who tries too
often is turned away before anything is hashed.
"""

from __future__ import annotations

import asyncio
import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from ecg_core.store.upkeep.errors import StoreError
from server import place

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")

AT_ONCE = 2
"""Passwords hashed at the same time."""
WAITING = 16
"""Tries that may wait for their turn; more are turned away."""
PER_ADDRESS, ADDRESS_S = 20, 60.0
"""Tries of one address, and within how many seconds they are counted."""
PER_NAME, NAME_S = 5, 30.0
"""Tries for one account name, whoever makes them."""
REMEMBERED = 4096
"""Addresses and names that are counted; the longest unseen are forgotten first."""


class TooManyError(StoreError):
    """A try that was turned away before a password was looked at."""


def network(address: str) -> str:
    """Whose tries count together: of IPv6 the /64, within which anybody has addresses at will.

    >>> network("192.0.2.7"), network("2001:db8::7"), network("::ffff:192.0.2.7"), network("socket")
    ('192.0.2.7', '2001:db8::/64', '192.0.2.7', 'socket')
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, 64), strict=False))


class Window:
    """How often each of many senders came within the last seconds. Safe between threads.

    >>> window = Window(2, 10.0, clock=lambda: 0.0)
    >>> [window.admits("a"), window.admits("a"), window.admits("a"), window.admits("b")]
    [True, True, False, True]
    """

    def __init__(
        self, most: int, within_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._within_s, self._clock = most, within_s, clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def admits(self, sender: str) -> bool:
        """Count one more try of a sender, and say whether it may go on."""
        now = self._clock()
        with self._lock:
            times = self._seen.setdefault(sender, deque(maxlen=self._most))
            self._seen.move_to_end(sender)
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            while times and now - times[0] > self._within_s:
                times.popleft()
            if len(times) >= self._most:
                return False
            times.append(now)
            return True

    def forget(self, sender: str) -> None:
        """Count a sender from nothing again."""
        with self._lock:
            self._seen.pop(sender, None)


_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sign-in")
_places = threading.BoundedSemaphore(AT_ONCE + WAITING)
_addresses = Window(PER_ADDRESS, ADDRESS_S)
_names = Window(PER_NAME, NAME_S)


async def sign_in(address: str, name: str, password: str, code: str = "") -> str:
    """The token of a new signed-in browser, as `Accounts.sign_in`, and as `guarded`."""
    return await guarded(address, name, place.accounts().sign_in, name, password, code)


async def guarded(
    address: str,
    name: str,
    work: Callable[_Given, _Made],
    *given: _Given.args,
    **named: _Given.kwargs,
) -> _Made:
    """What `work` makes, which hashes a password or checks a code for the account of this name.

    Raises TooManyError before anything is looked at, else what `work` raises.
    """
    key = name.strip().casefold()
    if not _addresses.admits(network(address)) or not _names.admits(key):
        raise TooManyError("Too many attempts in a short time.", "Wait a minute and try again.")
    if not _places.acquire(blocking=False):
        raise TooManyError("Many people are signing in at this moment.", "Try again.")
    loop = asyncio.get_running_loop()
    try:
        made = await loop.run_in_executor(_pool, partial(work, *given, **named))
    finally:
        _places.release()
    _names.forget(key)
    return made
