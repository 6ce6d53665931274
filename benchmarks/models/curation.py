"""How near-duplicates are found: what it costs up to 100,000 pages, and which copies are found.

`python -m benchmarks.models.curation --ptbxl DIR` writes `benchmarks/results/curation.jsonl`.

Cost: synthetic hashes, since no such folder is public. Their bits are independent and set with a
probability that gives the mean distance measured on the published four-class set (105 of 256 bits);
one page in a hundred is a near-duplicate of another. Copies: recordings of PTB-XL fold 9, printed,
then recompressed, rescaled, cropped or made grey, read again and compared with the original.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from ecg_core.intake.values import EcgScan
from ecg_core.page.drawn.printed import print_record
from ecg_core.page.joined import from_scan
from ecg_core.page.values import PageError
from ecg_core.studies.curation.curate import RADIUS_BITS, SAME_RECORDING
from ecg_core.studies.curation.hashes import distance, ink_hash, near_pairs
from ecg_core.studies.curation.likeness import likeness, page_ink
from ecg_core.training.data import ptbxl
from ecg_core.training.data.recordings import STYLES, record_of

PAGES = (1_000, 3_000, 10_000, 30_000, 100_000)
BIT_SHARE = 0.29
COPY_SHARE, COPY_BITS = 0.01, 20
RECORDS = 12
PX_PER_MM = 6.0

Change = Callable[[np.ndarray], np.ndarray]
COPIES: dict[str, Change] = {
    "JPEG, quality 40": lambda p: _jpeg(p, 40),
    "80 % of the size": lambda p: _jpeg(_scaled(p, 0.8), 80),
    "150 % of the size": lambda p: _jpeg(_scaled(p, 1.5), 70),
    "cropped by 3 to 8 %": lambda p: _jpeg(_cropped(p), 80),
    "grey": lambda p: cv2.cvtColor(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB),
}


def cost() -> Iterator[dict[str, Any]]:
    """Time to find all near pairs among so many hashes."""
    for pages in PAGES:
        rng = np.random.default_rng(pages)
        bits = rng.random((pages, 256)) < BIT_SHARE
        copies = round(COPY_SHARE * pages)
        bits[-copies:] = bits[:copies]
        for row in bits[-copies:]:
            row[rng.choice(256, COPY_BITS, replace=False)] ^= True
        hashes = np.packbits(bits, axis=1)
        began = time.process_time()
        found = near_pairs(hashes, RADIUS_BITS)
        yield {
            "what": "cost",
            "pages": pages,
            "radius_bits": RADIUS_BITS,
            "all_pairs": pages * (pages - 1) // 2,
            "compared": found.compared,
            "found": len(found.pairs),
            "copies": copies,
            "cpu_s": round(time.process_time() - began, 2),
        }


def copies(root: Path) -> Iterator[dict[str, Any]]:
    """Whether copies of printed pages are found, and pages of other recordings left alone."""
    data = ptbxl.load(root, folds=(ptbxl.CHOOSE_FOLD,))
    rows = data.rows((ptbxl.CHOOSE_FOLD,))
    originals = []
    for index, row in enumerate(tqdm(rows[:: len(rows) // RECORDS][:RECORDS], "copies")):
        record = record_of(np.array(data.signals_uv[row]), int(data.ecg_ids[row]))
        style = STYLES[index % len(STYLES)]
        pixels = print_record(record, "3x4+1R", px_per_mm=PX_PER_MM, style=style).pixels
        original = _ink(pixels)
        if original is None:
            continue
        originals.append(original)
        for kind, change in COPIES.items():
            copy = _ink(change(pixels))
            yield {"what": "copy", "kind": kind, **_compared(original, copy)}
    for one, two in combinations(originals, 2):
        yield {"what": "copy", "kind": "another recording", **_compared(one, two)}


def _compared(one: np.ndarray, two: np.ndarray | None) -> dict[str, Any]:
    if two is None:
        return {"read": False, "found": False}
    bits = int(distance(ink_hash(one), ink_hash(two)))
    common = likeness(one, two) if bits <= 2 * RADIUS_BITS else 0.0
    return {
        "read": True,
        "bits": bits,
        "likeness": round(common, 3),
        "found": bits <= RADIUS_BITS and common >= SAME_RECORDING,
    }


def _ink(pixels: np.ndarray) -> np.ndarray | None:
    """Ink of a scan as curation compares it; None when the scan is refused."""
    try:
        return page_ink(from_scan(EcgScan("copy", "", np.ascontiguousarray(pixels))))
    except PageError:
        return None


def _jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[:, :, ::-1]


def _scaled(pixels: np.ndarray, factor: float) -> np.ndarray:
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=how))


def _cropped(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    rows = slice(round(0.08 * height), round(0.97 * height))
    return pixels[rows, round(0.015 * width) : round(0.985 * width)]


def main() -> None:
    """Run both parts and write their rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, required=True, metavar="DIR")
    out = Path(__file__).parents[1] / "results" / "curation.jsonl"
    parser.add_argument("--out", type=Path, default=out)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    found = [*cost(), *copies(arguments.ptbxl)]
    arguments.out.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")


if __name__ == "__main__":
    main()
