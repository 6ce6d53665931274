"""Lead names: the twelve standard leads and every spelling of them we have met."""

from __future__ import annotations

import re

LIMB_LEADS: tuple[str, ...] = ("I", "II", "III", "aVR", "aVL", "aVF")
CHEST_LEADS: tuple[str, ...] = ("V1", "V2", "V3", "V4", "V5", "V6")
STANDARD_LEADS: tuple[str, ...] = LIMB_LEADS + CHEST_LEADS

# Spellings beyond case, spaces, underscores and a "lead" prefix, which `canonical_lead`
# strips. Modified limb leads (MLI, MLII, MLIII) are recorded on the torso and read as the limb
# lead they stand for; the original name stays in the record.
ALIASES: dict[str, str] = {
    "DI": "I",
    "DII": "II",
    "DIII": "III",
    "L1": "I",
    "L2": "II",
    "L3": "III",
    "1": "I",
    "2": "II",
    "3": "III",
    "MLI": "I",
    "MLII": "II",
    "MLIII": "III",
    "AUGMENTEDR": "aVR",
    "AUGMENTEDL": "aVL",
    "AUGMENTEDF": "aVF",
    "C1": "V1",
    "C2": "V2",
    "C3": "V3",
    "C4": "V4",
    "C5": "V5",
    "C6": "V6",
    "MCL1": "V1",
    "MCL6": "V6",
}

_BY_UPPER = {lead.upper(): lead for lead in STANDARD_LEADS}


def canonical_lead(name: str) -> str | None:
    """Return the standard name of a lead, or None when it is not one of the twelve.

    >>> canonical_lead("AVR"), canonical_lead("lead_ii"), canonical_lead("MLII")
    ('aVR', 'II', 'II')
    >>> canonical_lead("vx") is None
    True
    """
    bare = re.sub(r"[\s_\-.:/()]+", "", name).upper()
    bare = re.sub(r"^(LEAD|ECG|EKG)(?=.)", "", bare)
    return _BY_UPPER.get(bare) or ALIASES.get(bare)
