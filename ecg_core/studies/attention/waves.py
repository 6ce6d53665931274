"""Planted waves: a normal ECG in which one beat of three leads is changed.

A raised ST segment, a wide complex without a P wave, and the same asked as a premature beat: what
is abnormal sits in one beat of one column of the page, and the hottest place of those leads should
lie within that beat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.page.values import LeadBox
from ecg_core.studies.attention.planted import rate_per_min
from ecg_core.training.data import ptbxl
from ecg_core.training.data.ptbxl import FS_HZ

BEFORE_S, AFTER_S = 0.25, 0.45
"""What counts as the beat, around its QRS complex."""
RAISED_UV, OPPOSED_UV = 300.0, 350.0
"""Height of the raised ST segment, and of the T wave against a wide complex."""
WIDER, TALLER = 2, 1.6
COLUMNS = ((("I", "II", "III"), 0.0), (("V1", "V2", "V3"), 5.0))
"""Leads of one column of the 3×4 page, and the second at which it begins."""


@dataclass(frozen=True)
class WaveChange:
    """A change of one beat. target: superclass or statement that it is asked as."""

    name: str
    target: str
    wide: bool


WAVES = (
    WaveChange("raised ST", "MI", wide=False),
    WaveChange("wide QRS", "CD", wide=True),
    WaveChange("wide beat without P", "PVC", wide=True),
)


@dataclass(frozen=True, eq=False)
class PlantedWave:
    """A normal recording with one changed beat: 12 × 1000, µV. beat_s: its time on the page."""

    row: int
    signals_uv: np.ndarray
    leads: tuple[str, ...]
    beat_s: float


def planted(
    data: ptbxl.PtbXl, fold: int, wave: WaveChange, limit: int, seed: int
) -> Iterator[PlantedWave]:
    """Normal recordings of a fold, each with one beat changed, in both columns in turn."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(data.rows((fold,)))
    normal = rows[data.triage[rows] == TRIAGE_CLASSES.index(Triage.NORMAL)]
    made = 0
    for row in normal:
        if made == limit:
            return
        leads, start_s = COLUMNS[made % len(COLUMNS)]
        signals = np.array(data.signals_uv[row], np.float32)
        beats = rate_per_min(signals)[1]
        first, last = (start_s + 0.35) * FS_HZ, (start_s + 1.95) * FS_HZ
        whole = beats[(beats >= first) & (beats <= last)]
        if not len(whole):
            continue
        at = int(rng.choice(whole))
        for lead in leads:
            change(signals[STANDARD_LEADS.index(lead)], at, wave)
        made += 1
        yield PlantedWave(int(row), signals.astype(np.int16), leads, at / FS_HZ)


def change(lead_uv: np.ndarray, at: int, wave: WaveChange) -> None:
    """Change the beat whose QRS complex is at sample `at`, in place."""
    if not wave.wide:
        lead_uv[at + 5 : at + 40] += RAISED_UV * _hump(35)
        return
    level = float(np.median(lead_uv))
    narrow = lead_uv[at - 6 : at + 7] - level
    complex_uv = TALLER * cv2.resize(narrow[None], (len(narrow) * WIDER, 1))[0]
    lead_uv[at - 25 : at - 5] = level
    begins = at - len(complex_uv) // 2 + 3
    ends = begins + len(complex_uv)
    lead_uv[begins:ends] = level + complex_uv
    against = -np.sign(complex_uv[np.abs(complex_uv).argmax()])
    lead_uv[ends : ends + 29] = level + against * OPPOSED_UV * _hump(29)


def _hump(samples: int) -> np.ndarray:
    return np.asarray(np.sin(np.linspace(0, np.pi, samples)) ** 0.7)


def within_beat(heat: np.ndarray, boxes: Sequence[LeadBox], one: PlantedWave) -> tuple[bool, float]:
    """Whether the hottest column of the planted leads lies in the beat; and by chance."""
    hottest, inside, chance = -1.0, False, 0.0
    for box in (b for b in boxes if b.lead in one.leads):
        if not box.start_s <= one.beat_s < box.end_s or box.end_s - box.start_s > 5:
            continue
        columns = heat[box.pixels].sum(axis=0)
        a_second = len(columns) / (box.end_s - box.start_s)
        first, last = (
            (one.beat_s + edge - box.start_s) * a_second for edge in (-BEFORE_S, AFTER_S)
        )
        chance = (last - first) / len(columns)
        if columns.max() > hottest:
            hottest, inside = float(columns.max()), bool(first <= columns.argmax() <= last)
    return inside, chance
