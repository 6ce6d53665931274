"""Pages for training: every layout, drawn on the fly, varied as the world varies them.

Physiology is kept: time and amplitude are never mirrored, leads never permuted. What varies is
what recorders, printers and scanners vary; each step is one short function on one page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ecg_core.leads import STANDARD_LEADS
from ecg_core.page import layouts
from ecg_core.page.arrange import arrange
from ecg_core.page.drawn.render import draw_extent, waveform_extent
from ecg_core.page.values import PX_PER_MM
from ecg_core.training.data.ptbxl import FS_HZ

HIGH_PASS_HZ = (0.0, 0.05, 0.15, 0.3, 0.5, 0.67)
LOW_PASS_HZ = (0.0, 25.0, 35.0, 40.0)
WIDTH_PX = round(layouts.PAGE_WIDTH_MM * PX_PER_MM)
ROW_OF_LEAD = {lead: row for row, lead in enumerate(STANDARD_LEADS)}


@dataclass(frozen=True)
class PageRecipe:
    """How strongly pages vary; shares are probabilities per page.

    other_seconds: columns show other seconds of the recording than a recorder would print there.
    injured, repolarised: recordings with an acute ST elevation or early repolarisation laid over
    them (`injury_current`). electrodes: chest electrodes lie up to 40 % of the way to a neighbour's
    place. short: columns end early, the rest stays blank, as where a printer's columns are shorter.
    gain: printed between 1 − gain and 1 + gain of the amplitude.
    """

    noisy: float = 0.5
    filtered: float = 0.6
    labelled: float = 0.7
    warped: float = 0.5
    degraded: float = 0.5
    lead_off: float = 0.03
    other_seconds: float = 0.0
    injured: float = 0.0
    repolarised: float = 0.0
    electrodes: float = 0.0
    short: float = 0.0
    gain: float = 0.08


CLEAN = PageRecipe(noisy=0, filtered=0, labelled=0, warped=0, degraded=0, lead_off=0)
BOX_ERROR_MM = 0.5
"""Standard deviation of where rectification places the boxes of a varied page."""


def plan_for(name: str, rng: np.random.Generator, *, vary: bool) -> layouts.Layout:
    """A layout with this batch's row pitch and rhythm leads."""
    plan = layouts.LAYOUTS[name]
    if not vary:
        return plan
    rows = list(plan.rows)
    singles = [i for i, row in enumerate(rows) if len(row) == 1]
    if len(singles) == 1 and rng.random() < 0.35:
        rows[singles[0]] = (str(rng.choice(STANDARD_LEADS)),)
    pitch = round(plan.row_pitch_mm * rng.choice((0.8, 0.9, 1.0, 1.0, 1.1)), 1)
    return layouts.Layout(plan.name, tuple(rows), pitch)


def draw_arranged(
    signals_uv: np.ndarray,
    plan: layouts.Layout,
    recipe: PageRecipe,
    noise: np.ndarray | None,
    rng: np.random.Generator,
) -> np.ndarray:
    """As `draw`, then arranged as the network reads it, by boxes that are a little off."""
    ink = draw(signals_uv, plan, recipe, noise, rng)
    off = (0.0, 0.0) if recipe == CLEAN else rng.normal(0, BOX_ERROR_MM, 2)
    boxes = tuple(
        replace(
            box,
            x0_mm=box.x0_mm + off[0],
            x1_mm=box.x1_mm + off[0],
            y0_mm=box.y0_mm + off[1] + layouts.CANVAS_MARGIN_MM,
            y1_mm=box.y1_mm + off[1] + layouts.CANVAS_MARGIN_MM,
        )
        for box in plan.boxes()
    )
    return arrange(ink, boxes)


def draw(
    signals_uv: np.ndarray,
    plan: layouts.Layout,
    recipe: PageRecipe,
    noise: np.ndarray | None,
    rng: np.random.Generator,
) -> np.ndarray:
    """One page of ink, uint8, from 12 × 1000 samples in µV at 100 Hz."""
    clean = recipe == CLEAN
    waves = signals_uv.astype(np.float32) / 1000.0
    if rng.random() < recipe.filtered:
        waves = _filter(waves, rng)
    if noise is not None and rng.random() < recipe.noisy:
        waves += _noise_mv(noise, waves.shape, rng)
    waves = waves - np.median(waves[:, ::4], axis=1, keepdims=True)
    if not clean:
        waves = waves * np.float32(rng.uniform(1 - recipe.gain, 1 + recipe.gain))
    if recipe.electrodes and rng.random() < recipe.electrodes:
        waves = _electrodes_moved(waves, rng)
    ink = np.zeros((round(plan.canvas_mm * PX_PER_MM), WIDTH_PX), np.float32)
    _draw_rows(ink, waves, plan, recipe, rng, clean=clean)
    if rng.random() < recipe.labelled:
        _annotate(ink, plan, rng)
    return np.rint(np.clip(worn(ink, recipe, rng), 0, 1) * 255).astype(np.uint8)


def worn(ink: np.ndarray, recipe: PageRecipe, rng: np.random.Generator) -> np.ndarray:
    """Ink (float32, 0 to 1) as rectification and scanning may leave it, in the recipe's shares."""
    if rng.random() < recipe.warped:
        ink = _warp(ink, rng)
    if rng.random() < recipe.degraded:
        ink = _degrade(ink, rng)
    return ink


def _filter(waves: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The recorder's band-pass as its magnitude response, so that no wave shifts."""
    hz = np.fft.rfftfreq(waves.shape[1], 1 / FS_HZ)
    high_pass, low_pass = rng.choice(HIGH_PASS_HZ), rng.choice(LOW_PASS_HZ)
    response = np.ones_like(hz)
    if high_pass > 0:
        response *= 1 / (1 + (high_pass / np.maximum(hz, 1e-3)) ** 2)
    if low_pass > 0:
        response *= 1 / np.sqrt(1 + (hz / low_pass) ** 4)
    return np.fft.irfft(np.fft.rfft(waves) * response, waves.shape[1]).astype(np.float32)


def _electrodes_moved(waves: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Chest electrodes towards a neighbour's place, all to one side, by up to 40 % of the way."""
    chest = [ROW_OF_LEAD[f"V{k}"] for k in range(1, 7)]
    share, side = np.float32(rng.uniform(0.1, 0.4)), int(rng.choice((-1, 1)))
    moved = waves.copy()
    for k, row in enumerate(chest):
        other = chest[min(max(k + side, 0), 5)]
        moved[row] = (1 - share) * waves[row] + share * waves[other]
    return moved


def _noise_mv(noise: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Baseline wander always, muscle often, electrode motion rarely; other seconds per lead."""
    leads, samples = shape
    total = np.zeros(shape, np.float32)
    strengths = (
        rng.exponential(0.06),
        rng.exponential(0.05) * (rng.random() < 0.25),
        rng.exponential(0.02) * (rng.random() < 0.6),
    )
    for kind, strength in enumerate(strengths):
        if strength <= 0:
            continue
        starts = rng.integers(0, noise.shape[1] - samples, leads)
        for lead, start in enumerate(starts):
            total[lead] += min(strength, 0.3) * noise[kind, start : start + samples]
    return total


def _draw_rows(
    ink: np.ndarray,
    waves: np.ndarray,
    plan: layouts.Layout,
    recipe: PageRecipe,
    rng: np.random.Generator,
    *,
    clean: bool,
) -> None:
    pen_px = PX_PER_MM * (0.5 if clean else rng.uniform(0.3, 0.9))
    darkness = 1.0 if clean else rng.uniform(0.6, 1.0)
    speed = 25.0 if clean else 25.0 * rng.uniform(0.97, 1.03)
    shift_px = 0 if clean else int(rng.integers(-6, 7))
    drift_px = 0.0 if clean else rng.uniform(-6, 6)
    same_seconds = not clean and rng.random() < 0.1
    gap_px = 0 if clean or rng.random() < 0.6 else int(rng.integers(1, 6))
    if recipe.short and rng.random() < recipe.short:
        gap_px = int(rng.integers(6, 26))
    other_seconds = rng.random() < recipe.other_seconds
    off = STANDARD_LEADS[rng.integers(12)] if rng.random() < recipe.lead_off else None
    starts: dict[tuple[int, int], float] = {}
    for row, leads in enumerate(plan.rows):
        baseline_px = _baseline_px(plan, row) + drift_px
        baseline_px += 0.0 if clean else rng.normal(0, 1.5)
        columns = WIDTH_PX // len(leads)
        high, low = np.full((2, WIDTH_PX), np.nan, np.float32)
        for column, lead in enumerate(leads):
            if lead == off:
                continue
            seconds = layouts.PAGE_SECONDS / len(leads)
            start_s = 0.0 if same_seconds else column * seconds
            if other_seconds:
                start_s = starts.setdefault((len(leads), column), rng.uniform(0, 10 - seconds))
            here = slice(column * columns, column * columns + columns - gap_px)
            high[here], low[here] = waveform_extent(
                waves[ROW_OF_LEAD[lead]],
                FS_HZ,
                start_s,
                columns - gap_px,
                baseline_px,
                speed_mm_per_s=speed,
                samples_per_px=2,
            )
        draw_extent(ink, (high, low), shift_px, pen_px, darkness)


def _baseline_px(plan: layouts.Layout, row: int) -> float:
    return (plan.baseline_mm(row) + layouts.CANVAS_MARGIN_MM) * PX_PER_MM


def _annotate(ink: np.ndarray, plan: layouts.Layout, rng: np.random.Generator) -> None:
    """Lead labels, separators, calibration pulses and header remnants, as printers add them."""
    over = np.zeros(ink.shape, np.uint8)
    shade = int(rng.integers(100, 256))
    scale = float(rng.uniform(0.22, 0.45))
    up_px = rng.choice((-0.42, -0.3, -0.15, 0.2, 0.35)) * plan.row_pitch_mm * PX_PER_MM
    right_px = int(rng.integers(0, 12))
    separator = rng.choice(("none", "ticks", "lines"), p=(0.5, 0.35, 0.15))
    labels = rng.random() < 0.8
    for box in plan.boxes():
        x = int(box.x0_mm * PX_PER_MM) + right_px
        centre = ((box.y0_mm + box.y1_mm) / 2 + layouts.CANVAS_MARGIN_MM) * PX_PER_MM
        if labels:
            where = (x + 2, int(centre + up_px))
            cv2.putText(over, box.lead, where, 0, scale, shade, 1, cv2.LINE_AA)
        if separator != "none" and box.x0_mm > 0:
            half = 6 if separator == "ticks" else plan.row_pitch_mm * PX_PER_MM / 2
            cv2.line(over, (x, int(centre - half)), (x, int(centre + half)), shade, 1)
    if rng.random() < 0.3:
        left = 0 if rng.random() < 0.7 else WIDTH_PX - 14
        for row in range(len(plan.rows)):
            foot = int(_baseline_px(plan, row))
            steps = [(0, 0), (3, 0), (3, -20), (11, -20), (11, 0), (14, 0)]
            points = np.array([(left + x, foot + y) for x, y in steps], np.int32)
            cv2.polylines(over, [points], False, shade, 1, cv2.LINE_AA)
    if rng.random() < 0.15:
        at_top = rng.random() < 0.6
        for line in range(int(rng.integers(1, 4))):
            y = 8 + 9 * line if at_top else ink.shape[0] - 3 - 9 * line
            text = "".join(rng.choice(list("ABDEHIKMNRSTaeinrst0123456789 :/"), 36))
            cv2.putText(over, text, (int(rng.integers(0, 300)), y), 0, 0.32, shade, 1, cv2.LINE_AA)
    np.maximum(ink, over.astype(np.float32) / 255, out=ink)


def _warp(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What rectification leaves: a little rotation, scale, shear and perspective."""
    height, width = ink.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    angle = np.deg2rad(rng.normal(0, 0.5))
    turn = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    scale = 1 + rng.normal(0, 0.012, 2)
    moved = (corners - (width / 2, height / 2)) @ turn.T * scale + (width / 2, height / 2)
    moved += rng.normal(0, 2.0, (4, 2))
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    return cv2.warpPerspective(ink, matrix, (width, height), flags=cv2.INTER_LINEAR)


def _degrade(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What scanning and ink separation leave: grid, gaps, blur, noise, shade, strokes."""
    if rng.random() < 0.35:
        _surviving_grid(ink, rng)
    if rng.random() < 0.35:
        ink = ink * _patchy(ink.shape, rng, floor=rng.uniform(0, 0.6))
    if rng.random() < 0.15:
        _scribble(ink, rng)
    if rng.random() < 0.35:
        factor = rng.uniform(0.5, 0.9)
        small = cv2.resize(ink, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        ink = cv2.resize(small, ink.shape[::-1], interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.4:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1.1))
        ink = ink * np.float32(rng.uniform(1.0, 1.6))
    if rng.random() < 0.3:
        ink = ink + rng.uniform(0.05, 0.35) * (1 - _patchy(ink.shape, rng, floor=0.0))
    if rng.random() < 0.5:
        ink = ink + rng.standard_normal(ink.shape, dtype=np.float32) * rng.uniform(0.01, 0.12)
    if rng.random() < 0.15:
        ink = (ink > rng.uniform(0.25, 0.55)).astype(np.float32)
    if rng.random() < 0.1:
        _cut_edge(ink, rng)
    return ink.astype(np.float32, copy=False)


def _surviving_grid(ink: np.ndarray, rng: np.random.Generator) -> None:
    strength = rng.uniform(0.05, 0.4)
    step = PX_PER_MM * rng.choice((1, 5), p=(0.25, 0.75)) * rng.uniform(0.98, 1.02)
    offset_x, offset_y = rng.uniform(0, step, 2)
    columns = np.arange(offset_x, ink.shape[1], step).astype(int)
    rows = np.arange(offset_y, ink.shape[0], step).astype(int)
    grid = np.zeros_like(ink)
    grid[:, columns] = strength
    grid[rows] = strength
    if rng.random() < 0.6:
        grid *= _patchy(ink.shape, rng, floor=0.0)
    np.maximum(ink, grid, out=ink)


def _patchy(shape: tuple[int, ...], rng: np.random.Generator, floor: float) -> np.ndarray:
    """Smooth random map between `floor` and 1, features of a few centimetres."""
    coarse = rng.random((int(rng.integers(3, 12)), int(rng.integers(4, 24))), dtype=np.float32)
    smooth = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return floor + (1 - floor) * np.clip((smooth - 0.2) / 0.5, 0, 1)


def _scribble(ink: np.ndarray, rng: np.random.Generator) -> None:
    over = np.zeros(ink.shape, np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        start = rng.uniform((0, 0), ink.shape[::-1])
        points = (start + np.cumsum(rng.normal(0, 12, (8, 2)), axis=0)).astype(np.int32)
        shade = int(rng.integers(80, 230))
        cv2.polylines(over, [points], False, shade, int(rng.integers(1, 3)), cv2.LINE_AA)
    np.maximum(ink, over.astype(np.float32) / 255, out=ink)


def _cut_edge(ink: np.ndarray, rng: np.random.Generator) -> None:
    depth = int(rng.integers(2, 16))
    side = rng.integers(4)
    if side == 0:
        ink[:depth] = 0
    elif side == 1:
        ink[-depth:] = 0
    elif side == 2:
        ink[:, :depth] = 0
    else:
        ink[:, -depth:] = 0
