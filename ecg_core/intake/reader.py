"""What every reader of a file format offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan, Upload

HEAD_BYTES = 65_536
"""How much of a file `recognises` is shown: some archives put pages of comment before the root."""


@dataclass(frozen=True)
class Reader:
    """One file format.

    name: short key. clinical_name: what it is called to a clinician.
    recognises: whether a file with these first `HEAD_BYTES` bytes and this name is one.
    read: reads the whole bundle or raises IntakeError.
    parts: how many ECGs (pages, frames) a file holds, or None where a file is always one.
    same_person: whether what is written on two pages, from 0, names the same person and time; None
    where that cannot be told. Both raise IntakeError like `read`.
    """

    name: str
    clinical_name: str
    recognises: Callable[[bytes, str], bool]
    read: Callable[[Bundle, FileLimits], EcgRecord | EcgScan]
    parts: Callable[[Upload, FileLimits], int] | None = None
    same_person: Callable[[Upload, tuple[int, int], FileLimits], bool | None] | None = None
