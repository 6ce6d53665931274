"""Where a scan is refused or doubted, and the remarks that say so by the table of `limits`."""

from __future__ import annotations

from ecg_core.page.doubts.limits import LIMITS
from ecg_core.page.values import PageError, Remark

SMALL_SIDE_PX = 300
"""A picture with a shorter side shows a strip at most; what is not found on it is too small."""
MIN_SIDE_PX, MIN_LONG_PX = 100, 300
MIN_PX_PER_MM = 2.3
NO_CONTRAST, MIN_CONTRAST, FAINT_CONTRAST = 0.05, 0.12, 0.25
MIN_SNR, FAINT_SNR = 3.0, 5.0
MIN_SEEN_MM, WHOLE_MM = 225.0, 243.0
CLEAR_ENDS_MM = 6.5
MAX_ANGLE_DEG = 15.0
MAX_RESIDUAL_MM, FLAT_RESIDUAL_MM = 0.6, 0.45
MAX_STRAIN = 0.3
FLAT_MM = 0.7
MISSING_SHARE = 0.25
MAX_UNEXPLAINED = 0.5


def remark(code: str, **measured: object) -> Remark:
    """The remark of a limit, with what was measured."""
    limit = LIMITS[code]
    text, hint = limit.text.format(**measured), limit.hint.format(**measured)
    return Remark(limit.code, limit.severity, text, hint)


def refuse(code: str, **measured: object) -> PageError:
    """The error to raise for a limit, with what was measured."""
    return PageError(remark(code, **measured))
