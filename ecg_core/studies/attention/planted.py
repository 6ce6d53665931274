"""Planted abnormalities: a normal ECG in which only some leads come from an infarction.

The leads of one territory of an infarction recording replace those of a normal recording of the
same rate, beat on beat. What is abnormal on such a page sits in known leads, and attention for
infarction should rank them first. A control plants the same leads of another normal recording:
what attention gives those is owed to the seam, not to the infarction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.network.values import Attention
from ecg_core.training.data import extra_targets, ptbxl


@dataclass(frozen=True)
class Territory:
    """A wall of the heart: the infarctions that lie there, and the leads that face it."""

    name: str
    codes: tuple[str, ...]
    leads: tuple[str, ...]


TERRITORIES = (
    Territory("anterior", ("AMI", "ASMI"), ("V1", "V2", "V3", "V4")),
    Territory("inferior", ("IMI",), ("II", "III", "aVF")),
    Territory("lateral", ("LMI", "ALMI", "ILMI"), ("I", "aVL", "V5", "V6")),
)
SAME_RATE_PER_MIN = 3.0
LATE_LEADS = frozenset({"V4", "V5", "V6"})
"""Printed last on a 3×4 page; the seam of a shifted lead must lie at its other end."""


@dataclass(frozen=True, eq=False)
class Planted:
    """A normal recording with the leads of another one: 12 × 1000, µV."""

    territory: Territory
    host: int
    donor: int
    signals_uv: np.ndarray


def rate_per_min(signals_uv: np.ndarray) -> tuple[float, np.ndarray]:
    """Rate and the samples of the beats; NaN below three beats."""
    peaks = extra_targets.qrs_samples(signals_uv.astype(np.float32) / 1000.0)
    return float(np.exp(extra_targets.rate_and_spread(peaks)[0])), peaks


def plant(host_uv: np.ndarray, donor_uv: np.ndarray, leads: tuple[str, ...]) -> np.ndarray:
    """`leads` of the donor in the host, shifted by less than a beat so that beats coincide."""
    _, host_beats = rate_per_min(host_uv)
    _, donor_beats = rate_per_min(donor_uv)
    beat = round(float(np.diff(host_beats).mean()))
    earlier = int(donor_beats[0] - host_beats[0]) % beat
    mixed = host_uv.copy()
    for lead in leads:
        row = STANDARD_LEADS.index(lead)
        shift = beat - earlier if lead in LATE_LEADS else -earlier
        mixed[row] = np.roll(donor_uv[row], shift)
    return mixed


def pairs(
    data: ptbxl.PtbXl, fold: int, territory: Territory | None, limit: int, seed: int
) -> Iterator[tuple[int, int]]:
    """Rows of a normal recording and of a donor of the same rate, every row used once.

    territory: donors have an infarction there, and no other; without one they are normal.
    """
    rng = np.random.default_rng(seed)
    rows = rng.permutation(data.rows((fold,)))
    normal = [r for r in rows if data.triage[r] == TRIAGE_CLASSES.index(Triage.NORMAL)]
    donors = normal[len(normal) // 2 :]
    if territory is not None:
        donors = [row for row in rows if _lies_in(data, row, territory)]
    hosts = {row: rate_per_min(data.signals_uv[row])[0] for row in normal[: len(normal) // 2]}
    for donor in donors:
        rate = rate_per_min(data.signals_uv[donor])[0]
        near = [r for r, own in hosts.items() if abs(own - rate) <= SAME_RATE_PER_MIN]
        if not near or limit == 0:
            continue
        host = min(near, key=lambda row: abs(hosts[row] - rate))
        del hosts[host]
        limit -= 1
        yield host, int(donor)


def _lies_in(data: ptbxl.PtbXl, row: int, territory: Territory) -> bool:
    here = {code for code, on in zip(data.codes, data.statements[row], strict=True) if on}
    elsewhere = {code for other in TERRITORIES if other is not territory for code in other.codes}
    return bool(here & set(territory.codes)) and not here & elsewhere


def ranked_first(attention: Attention, leads: tuple[str, ...]) -> bool:
    """Whether the lead with the most attention per area is one of `leads`."""
    return max(attention.shares, key=lambda share: share.density).lead in leads
