"""Pages that show six leads of twelve, the other six of which another page may show."""

from __future__ import annotations

from ecg_core.leads import CHEST_LEADS, LIMB_LEADS
from ecg_core.page.values import EcgPage


def belong(one: EcgPage, other: EcgPage) -> bool:
    """Whether one page shows the six limb leads and the other the six chest leads."""
    return {half(one), half(other)} == {LIMB_LEADS, CHEST_LEADS}


def lacks(page: EcgPage) -> tuple[str, ...]:
    """The six leads that another page may show; nothing of a page that is no half."""
    shown = half(page)
    if shown is None:
        return ()
    return CHEST_LEADS if shown == LIMB_LEADS else LIMB_LEADS


def leads(page: EcgPage) -> tuple[str, ...]:
    """The leads that a page shows, each once."""
    return tuple(dict.fromkeys(box.lead for box in page.boxes))


def half(page: EcgPage) -> tuple[str, ...] | None:
    """The six leads that it shows; a rhythm strip of another lead may stand below them."""
    shown = [six for six in (LIMB_LEADS, CHEST_LEADS) if set(six) <= set(leads(page))]
    return shown[0] if len(shown) == 1 else None
