"""From averaged weights to a released marks network: safetensors, card, and how well it does."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from ecg_core.network import manifest
from ecg_core.page.scan.mark_maps import MarkMaps, marks_of
from ecg_core.page.scan.mark_maps.network import MAPS, MarksNet
from ecg_core.training.marks.crops import CROP, SHEET, recordings
from ecg_core.training.marks.sheets import draw_sheet
from ecg_core.training.marks.spoil import spoil
from ecg_core.training.marks.train import MarksConfig

MEASURE_FOLDS, MEASURE_SEED, MEASURED = (9,), 909, 200
PRINTED = 0.5
"""A pixel is of a kind from this share on, in the drawn map and in the network's."""
PAGE_SIZE, TIMED = (1654, 2339), 7
"""A sheet of A4 at 200 dpi, timed so many times."""


def release(config: MarksConfig, weights: dict[str, torch.Tensor], folder: Path) -> None:
    """Write `weights.safetensors` and `card.json` into the model's folder."""
    path = folder / "weights.safetensors"
    save_file({name: value.contiguous() for name, value in weights.items()}, path)
    parameters = sum(value.numel() for value in MarksNet().parameters())
    card = {
        "reads": "marks",
        "name": config.name,
        "version": config.version,
        "summary": config.summary,
        "maps": list(MAPS),
        "parameters": parameters,
        "input": "RGB 0 to 1, any size; learned at 2.6 to 11 px/mm",
        "training_data": "sheets drawn by ecg_core.training.marks on PTB-XL 1.0.3 (CC BY 4.0), "
        "folds 1 to 8; no page by anybody else",
        "intended_use": "a first step of reading a scanned ECG; it answers nothing by itself",
        "weights_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    manifest.pin(folder)


def measure(ptbxl_root: Path, folder: Path) -> dict[str, object]:
    """Dice of each map on 200 crops drawn on fold 9 with a seed of their own, and the processor
    seconds a page takes; written to `evidence/marks.json` of the model's folder.

    A map that a crop neither has nor is given is left out of that crop.
    """
    signals = recordings(ptbxl_root, MEASURE_FOLDS, MEASURED, MEASURE_SEED)
    r = np.random.default_rng(MEASURE_SEED)
    both, either = np.zeros((2, len(MAPS)))
    each: list[list[float]] = [[] for _ in MAPS]
    for _ in range(MEASURED):
        sheet = draw_sheet(r, signals, SHEET)
        picture, drawn = spoil(r, sheet, CROP)
        found = marks_of(picture, scale=1.0)
        for i, name in enumerate(MAPS):
            if name == "bold" and not sheet.bold_known:
                continue
            seen, true = _of(found, name) > PRINTED, drawn[..., i] > PRINTED
            agreed, size = 2.0 * (seen & true).sum(), float(seen.sum() + true.sum())
            both[i] += agreed
            either[i] += size
            if size:
                each[i].append(agreed / size)
    result: dict[str, object] = {
        "crops": MEASURED,
        "crop_px": CROP,
        "drawn_on": "PTB-XL fold 9",
        "dice_all_pixels": dict(zip(MAPS, np.round(both / either, 3).tolist(), strict=True)),
        "dice_median_crop": {
            name: round(float(np.median(v)), 3) for name, v in zip(MAPS, each, strict=True)
        },
        "page_px": list(PAGE_SIZE),
        "threads": torch.get_num_threads(),
        "page_cpu_seconds_p50": round(_page_seconds(), 3),
    }
    path = folder / "evidence" / "marks.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return result


def _of(marks: MarkMaps, name: str) -> np.ndarray:
    return np.asarray(getattr(marks, name))


def _page_seconds() -> float:
    page = np.full((*PAGE_SIZE, 3), 255, np.uint8)
    taken = []
    for _ in range(TIMED):
        began = time.process_time()
        marks_of(page)
        taken.append(time.process_time() - began)
    return float(np.median(taken))
