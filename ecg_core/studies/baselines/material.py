"""What every method is trained and compared on: a fixed part of PTB-XL, drawn once and kept.

Folds 1-8 train, fold 9 compares, fold 10 is never read. Pages lie as bytes beside the data set,
outside the repository; they can be drawn again from the seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ecg_core.page import layouts
from ecg_core.page.arrange import SIZE_PX, arrange
from ecg_core.page.drawn.render import draw_extent, waveform_extent
from ecg_core.page.values import PX_PER_MM, PageError
from ecg_core.training.data import noise, pages, ptbxl
from ecg_core.training.data.recordings import page_of

TRAIN_RECORDS = 3000
VARIED = 2
"""Varied pages of each training record, beside its clean page."""
EVERY = 3
"""Every third record of fold 9 compares on clean pages, every sixth on degraded ones."""
PHOTOS = 60
"""Fold-9 records printed, photographed and rectified: each takes seconds."""
SEED = 4
LAYOUT_SHARES = {"3x4+1R": 0.5, "3x4": 0.12, "3x4+3R": 0.09, "6x2": 0.15, "12x1": 0.14}


@dataclass(frozen=True, eq=False)
class ComparisonPages:
    """Fold-9 pages of one condition: uint8 N×H×W, and the rows of the data set they show."""

    name: str
    ink: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class Material:
    """Training pages at one resolution and the pages that compare.

    rows: training records. clean: N×H×W. varied: (N × VARIED)×H×W, record by record, or None.
    """

    data: ptbxl.PtbXl
    rows: np.ndarray
    clean: np.ndarray
    varied: np.ndarray | None
    tests: tuple[ComparisonPages, ...]


def load(root: Path, px_per_mm: float = PX_PER_MM, *, photos: bool = False) -> Material:
    """Draw the pages, or read those drawn before.

    root: folder holding ptb-xl/ and nstdb/. photos: compare on photographed prints, too.
    """
    data = ptbxl.load(root / "ptb-xl")
    training = np.random.default_rng(SEED).permutation(data.rows(ptbxl.TRAIN_FOLDS))
    rows = np.sort(training[:TRAIN_RECORDS])
    compare = data.rows((ptbxl.CHOOSE_FOLD,))
    cache = root / "cache" / "small-budget"
    cache.mkdir(parents=True, exist_ok=True)

    def clean(name: str, rows: np.ndarray) -> np.ndarray:
        return _kept(
            cache / f"{name}-{px_per_mm:g}px.npy",
            lambda: np.stack([clean_page(data.signals_uv[r], px_per_mm) for r in tqdm(rows, name)]),
        )

    tests = [ComparisonPages("clean", clean("fold9-clean", compare[::EVERY]), compare[::EVERY])]
    if px_per_mm != PX_PER_MM:
        return Material(data, rows, clean("train-clean", rows), None, tuple(tests))
    disturbed = compare[:: 2 * EVERY]
    degraded = pages.PageRecipe(degraded=1.0, lead_off=0.0)
    tests.append(
        ComparisonPages(
            "degraded",
            _kept(
                cache / "fold9-degraded.npy",
                lambda: _varied(data, root, disturbed, 1, degraded, training=False),
            ),
            disturbed,
        )
    )
    if photos:
        shown = compare[np.linspace(0, len(compare) - 1, PHOTOS).astype(int)]
        ink = _kept(cache / "fold9-photos.npy", lambda: _photos(data, shown))
        read = ink.any(axis=(1, 2))
        tests.append(ComparisonPages("photos", ink[read], shown[read]))
    varied = _kept(
        cache / "train-varied.npy",
        lambda: _varied(data, root, rows, VARIED, pages.PageRecipe(), training=True),
    )
    return Material(data, rows, clean("train-clean", rows), varied, tuple(tests))


def clean_page(signals_uv: np.ndarray, px_per_mm: float) -> np.ndarray:
    """The default page of one recording at any resolution, uint8.

    The renderer's pixel is half a millimetre; a finer page is drawn as a larger one.
    """
    zoom = px_per_mm / PX_PER_MM
    plan = layouts.LAYOUTS[layouts.DEFAULT_LAYOUT]
    waves = signals_uv.astype(np.float32) / 1000.0
    waves -= np.median(waves[:, ::4], axis=1, keepdims=True)
    size = [round(mm * px_per_mm) for mm in (plan.canvas_mm, layouts.PAGE_WIDTH_MM)]
    ink = np.zeros(size, np.float32)
    for row, leads in enumerate(plan.rows):
        baseline_px = (plan.baseline_mm(row) + layouts.CANVAS_MARGIN_MM) * px_per_mm
        for column, lead in enumerate(leads):
            columns = size[1] // len(leads)
            extent = waveform_extent(
                waves[pages.ROW_OF_LEAD[lead]],
                ptbxl.FS_HZ,
                column * layouts.PAGE_SECONDS / len(leads),
                columns,
                baseline_px,
                speed_mm_per_s=layouts.SPEED_MM_PER_S * zoom,
                gain_mm_per_mv=layouts.GAIN_MM_PER_MV * zoom,
                samples_per_px=2,
            )
            draw_extent(ink, extent, column * columns, 0.5 * px_per_mm)
    return np.rint(ink * 255).astype(np.uint8)


def _varied(
    data: ptbxl.PtbXl,
    root: Path,
    rows: np.ndarray,
    copies: int,
    recipe: pages.PageRecipe,
    *,
    training: bool,
) -> np.ndarray:
    rng = np.random.default_rng((SEED, int(training)))
    disturbance = noise.load(root / "nstdb", training=training)
    names, shares = zip(*LAYOUT_SHARES.items(), strict=True)
    recipe = replace(recipe, other_seconds=0.3 if training else 0.0)
    drawn = []
    for row in tqdm(np.repeat(rows, copies), "varied pages"):
        plan = pages.plan_for(str(rng.choice(names, p=shares)), rng, vary=True)
        drawn.append(pages.draw_arranged(data.signals_uv[row], plan, recipe, disturbance, rng))
    return np.stack(drawn)


def _photos(data: ptbxl.PtbXl, rows: np.ndarray) -> np.ndarray:
    """Photographed prints, read again and arranged; a refused one is left blank."""
    found = np.zeros((len(rows), *SIZE_PX), np.uint8)
    for k, row in enumerate(tqdm(rows, "photographs")):
        try:
            page = page_of(
                np.array(data.signals_uv[row]),
                int(data.ecg_ids[row]),
                "phone_photo",
                layouts.DEFAULT_LAYOUT,
            )
        except PageError:
            continue
        found[k] = arrange(page.ink, page.boxes)
    return found


def _kept(path: Path, draw: Callable[[], np.ndarray]) -> np.ndarray:
    if not path.exists():
        partial = path.with_suffix(".partial.npy")
        np.save(partial, draw())
        partial.replace(path)
    return np.load(path, mmap_mode="r")
