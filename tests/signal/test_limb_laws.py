"""A wrong sign or two exchanged names among the limb leads are found and named."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from ecg_core.leads import LIMB_LEADS, LIMB_MIXTURE
from ecg_core.signal.limb_laws import broken

FS_HZ = 250.0


def limbs() -> dict[str, np.ndarray]:
    """Six limb leads in mV from two unlike waves, with 5 µV of noise each."""
    time_s = np.arange(2500) / FS_HZ
    one = np.where(time_s % 0.8 < 0.08, 1.0, 0.1 * np.sin(7 * time_s))
    two = np.where((time_s + 0.06) % 0.8 < 0.1, 0.7, 0.2 * np.cos(5 * time_s))
    noise = np.random.default_rng(0).normal(0, 0.005, (6, 2500))
    return {
        lead: a * one + b * two + row
        for (lead, (a, b)), row in zip(LIMB_MIXTURE.items(), noise, strict=True)
    }


def test_leads_that_obey_the_laws_are_not_doubted() -> None:
    assert broken(limbs(), FS_HZ) is None
    assert broken({"I": limbs()["I"], "II": limbs()["II"]}, FS_HZ) is None


@pytest.mark.parametrize("lead", LIMB_LEADS)
def test_wrong_sign_is_named(lead: str) -> None:
    waves = limbs()
    found = broken(waves | {lead: -waves[lead]}, FS_HZ)
    assert found is not None and (found.leads, found.mended) == ((lead,), True)


@pytest.mark.parametrize("pair", combinations(LIMB_LEADS, 2))
def test_exchanged_names_are_named(pair: tuple[str, str]) -> None:
    waves = limbs()
    one, other = pair
    found = broken(waves | {one: waves[other], other: waves[one]}, FS_HZ)
    assert found is not None and (found.leads, found.mended) == (pair, True)


def test_what_no_single_change_mends_is_not_named_as_one() -> None:
    waves = limbs()
    time_s = np.arange(2500) / FS_HZ
    found = broken(waves | {"aVF": np.sin(3 * time_s)}, FS_HZ)
    assert found is not None and (found.leads, found.mended) == (("aVF",), False)


def test_three_leads_do_not_tell_a_sign_from_an_exchange() -> None:
    waves = {lead: wave for lead, wave in limbs().items() if lead in ("I", "II", "III")}
    # II and III exchanged look just as I upside down.
    found = broken(waves | {"I": -waves["I"]}, FS_HZ)
    assert found is not None and not found.mended
