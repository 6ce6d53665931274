"""From bytes to an ECG: `split` sorts dropped files into cases, `read` reads one case."""

from ecg_core.intake.bundles import split, with_next
from ecg_core.intake.isolation.limits import LIMITS, FileLimits
from ecg_core.intake.isolation.sandbox import lacking_locks, warm_up
from ecg_core.intake.reading import preview, read, read_here
from ecg_core.intake.registry import READERS
from ecg_core.intake.values import (
    Annotation,
    Bundle,
    EcgRecord,
    EcgScan,
    IntakeError,
    Upload,
)

__all__ = [
    "LIMITS",
    "READERS",
    "Annotation",
    "Bundle",
    "EcgRecord",
    "EcgScan",
    "FileLimits",
    "IntakeError",
    "Upload",
    "lacking_locks",
    "preview",
    "read",
    "read_here",
    "split",
    "warm_up",
    "with_next",
]
