"""What was read off a scan, and where every pixel of it lies on the page."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecg_core.page.scan.composed.moves import Composed
from ecg_core.page.scan.geometry.bend import Bend
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.scan.sheets.decide import Sheet
from ecg_core.page.values import EcgPage, Remark


@dataclass(frozen=True, eq=False)
class ScanReading:
    """Everything read off a scan on the way to its page.

    to_plane: 3 × 3 homography from pixels of the scan to mm of a plane. bend: what a sheet that
    is not flat adds to it. to_flat: 3 × 3, from there to mm of the upright flat picture. composed:
    the page, and how the pieces of that picture lie on it.
    """

    page: EcgPage
    to_plane: np.ndarray
    bend: Bend | None
    to_flat: np.ndarray
    sheet: Sheet
    composed: Composed

    @property
    def to_mm(self) -> np.ndarray:
        """Homography from pixels of the scan to mm of the page, as if the sheet were flat and its
        columns lay on the page as they were printed."""
        first = self.composed.moves[0].affine
        to_page = np.linalg.inv(np.vstack([first, [0.0, 0.0, 1.0]]))
        return np.asarray(to_page @ self.to_flat @ self.to_plane)

    def with_remark(self, said: Remark) -> ScanReading:
        """The same, and one thing more to tell."""
        page = replace(self.page, remarks=(*self.page.remarks, said))
        return replace(self, page=page, composed=replace(self.composed, page=page))

    def on_page(self, points_px: np.ndarray) -> np.ndarray:
        """Where pixels of the scan (n × 2) lie on the page: mm from its top left, n × 2."""
        flat = projected(self.to_plane, points_px)
        if self.bend is not None:
            flat = flat + self.bend.at(flat)
        return self.composed.on_page(projected(self.to_flat, flat))
