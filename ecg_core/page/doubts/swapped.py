"""Suspected swaps of electrodes and leads, said as remarks on the page."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ecg_core.page.doubts.quality import remark
from ecg_core.page.layouts import LAYOUTS
from ecg_core.page.recovered import samples
from ecg_core.page.values import EcgPage, Remark
from ecg_core.signal.reversal import Swap, suspicions

CODES: dict[Swap, str] = {
    Swap.LABELS: "einthoven",
    Swap.SIGN: "limb_upside_down",
    Swap.EXCHANGED: "limbs_exchanged",
    Swap.AUGMENTED: "goldberger",
    Swap.ARMS: "arms_swapped",
    Swap.RIGHT_ARM_LEG: "right_arm_leg_swapped",
    Swap.LEFT_ARM_LEG: "left_arm_leg_swapped",
}
"""Code of the remark that says each suspicion."""


def remarks(
    waves: Mapping[str, np.ndarray], fs_hz: float, off_paper: bool = False
) -> tuple[Remark, ...]:
    """Doubts about the leads of one ECG (mV by lead name), as `suspicions` finds them."""
    return tuple(
        remark(CODES[found.swap], measured=found.measured, leads=" and ".join(found.leads))
        for found in suspicions(waves, fs_hz, off_paper)
    )


def remarks_on_scan(page: EcgPage) -> tuple[Remark, ...]:
    """The same for the traces recovered from a scan's ink; strips are not judged."""
    if page.layout not in LAYOUTS:
        return ()
    # The page's own ink is fine enough for this and takes a fifth of the time of its picture.
    recovery = samples.recover(page, use_picture=False)
    if not recovery.leads:
        return ()
    record = recovery.as_record()
    waves = dict(zip(record.leads, record.signals_mv, strict=True))
    return remarks(waves, record.fs_hz, off_paper=True)
