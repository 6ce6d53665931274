"""Page: records and scans become the one canonical page the network reads."""

from ecg_core.page.from_record import from_record
from ecg_core.page.values import EcgPage, PageError

__all__ = ["EcgPage", "PageError", "from_record"]
