"""Records become pages: filter, choose the leads, draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import signal

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import LIMB_MIXTURE
from ecg_core.page import layouts
from ecg_core.page.doubts import as_filed, plausible, quality, saturated, swapped
from ecg_core.page.drawn.render import draw_extent, waveform_extent
from ecg_core.page.ten_seconds import ten_seconds
from ecg_core.page.values import PEN_MM, PX_PER_MM, EcgPage, Remark, Trace
from ecg_core.signal import bands, filters
from ecg_core.signal.bands import Band

DRAWN_FS_HZ = 500.0
SHORTEST_S = 2.5
FLAT_MV = 0.005

# Limb leads that follow from I and II.
DERIVED = {lead: weights for lead, weights in LIMB_MIXTURE.items() if lead not in ("I", "II")}


@dataclass(frozen=True, eq=False)
class Filtered:
    """The ten seconds of a record that a page shows, as they are drawn.

    waves: lead → mV, filtered, at `fs_hz`. mains_hz: the hum that was taken out, None for none.
    """

    record: EcgRecord
    band: Band
    waves: Mapping[str, np.ndarray]
    fs_hz: float
    mains_hz: float | None


def filtered(record: EcgRecord, band: Band = Band.DIAGNOSTIC) -> Filtered:
    """The first ten seconds of a record through a filter."""
    record = ten_seconds(record)
    smooth, mains_hz = filters.apply(record.signals_mv, record.fs_hz, band)
    smooth, fs_hz = resampled(smooth, record.fs_hz)
    return Filtered(record, band, dict(zip(record.leads, smooth, strict=True)), fs_hz, mains_hz)


def ink_of(one: Filtered, layout: str) -> np.ndarray:
    """The ink of the page that `from_record` draws of these waves, and nothing else of it.

    Raises KeyError for an unknown layout.
    """
    waves = dict(one.waves)
    plan = _plan(one, layout)
    if len(waves) > 3:
        derive_limb_leads(waves)
    return _draw(plan, waves, one.fs_hz)[0]


def _plan(one: Filtered, layout: str) -> layouts.Layout:
    """A rhythm strip of up to three leads, else the layout that is asked for."""
    strip = len(one.waves) <= 3
    return layouts.strip_layout(one.record.leads) if strip else layouts.LAYOUTS[layout]


def from_record(
    record: EcgRecord, layout: str = layouts.DEFAULT_LAYOUT, band: Band = Band.DIAGNOSTIC
) -> EcgPage:
    """Draw the first ten seconds of a record on the canonical page.

    Records of one to three leads become a rhythm strip whatever `layout` says.
    Raises PageError when the record is too short, holds no valid signal or nothing but its
    recorder's limits, KeyError for an unknown layout.
    """
    record = ten_seconds(record)
    if record.duration_s < SHORTEST_S:
        raise quality.refuse("too_short", seconds=record.duration_s, least=SHORTEST_S)
    if not np.isfinite(record.signals_mv).any():
        raise quality.refuse("no_signal")
    one = filtered(record, band)
    record, waves, fs_hz = one.record, dict(one.waves), one.fs_hz
    remarks = [*as_filed.remarks(record), *saturated.remarks(record)]
    remarks += _remarks(record, waves, fs_hz)
    plan = _plan(one, layout)
    if len(waves) > 3:
        derived = derive_limb_leads(waves)
        if derived:
            remarks.append(quality.remark("derived_leads", leads=", ".join(derived)))
    ink, traces = _draw(plan, waves, fs_hz)
    cut = _off_the_page(plan, ink, traces)
    if cut:
        remarks.append(quality.remark("off_the_page", leads=", ".join(cut)))
    shown = tuple(dict.fromkeys(lead for row in plan.rows for lead in row))
    missing = tuple(lead for lead in shown if lead not in waves)
    if missing:
        remarks.append(quality.remark("not_recorded", leads=", ".join(missing)))
    page = EcgPage(
        ink=ink,
        layout=plan.name,
        boxes=tuple(
            replace(
                box,
                y0_mm=box.y0_mm + layouts.CANVAS_MARGIN_MM,
                y1_mm=box.y1_mm + layouts.CANVAS_MARGIN_MM,
            )
            for box in plan.boxes()
        ),
        source="record",
        source_name=record.name,
        source_sha256=record.sha256,
        filter_name=bands.label(band, one.mains_hz),
        missing_leads=missing,
        start_s=record.start_s,
        traces=traces,
    )
    return replace(page, remarks=(*remarks, *plausible.remarks(page)))


def resampled(signals_mv: np.ndarray, fs_hz: float) -> tuple[np.ndarray, float]:
    """At most `DRAWN_FS_HZ`: finer than any pen, light enough for a screen."""
    factor = int(fs_hz // DRAWN_FS_HZ)
    if factor < 2:
        return signals_mv, fs_hz
    gaps = np.isnan(signals_mv)
    smooth = signal.resample_poly(np.where(gaps, 0.0, signals_mv), 1, factor, axis=1)
    smooth[gaps[:, ::factor][:, : smooth.shape[1]]] = np.nan
    return smooth.astype(np.float32), fs_hz / factor


def derive_limb_leads(waves: dict[str, np.ndarray]) -> tuple[str, ...]:
    """Add the limb leads that follow from I and II to `waves`; gives their names."""
    if not {"I", "II"} <= waves.keys():
        return ()
    derived = tuple(lead for lead in DERIVED if lead not in waves)
    for lead in derived:
        of_i, of_ii = DERIVED[lead]
        waves[lead] = of_i * waves["I"] + of_ii * waves["II"]
    return derived


def _draw(
    plan: layouts.Layout, waves: dict[str, np.ndarray], fs_hz: float
) -> tuple[np.ndarray, tuple[Trace, ...]]:
    height = round(plan.canvas_mm * PX_PER_MM)
    width = round(layouts.PAGE_WIDTH_MM * PX_PER_MM)
    ink = np.zeros((height, width), np.float32)
    traces = []
    columns_per_row = [len(row) for row in plan.rows for _ in row]
    rows = [row for row, leads in enumerate(plan.rows) for _ in leads]
    for index, box in enumerate(plan.boxes()):
        wave = waves.get(box.lead)
        if wave is None:
            continue
        baseline_mm = plan.baseline_mm(rows[index]) + layouts.CANVAS_MARGIN_MM
        extent = waveform_extent(
            wave,
            fs_hz,
            box.start_s,
            width // columns_per_row[index],
            baseline_mm * PX_PER_MM,
        )
        draw_extent(ink, extent, round(box.x0_mm * PX_PER_MM), PEN_MM * PX_PER_MM)
        first, last = round(box.start_s * fs_hz), round(box.end_s * fs_hz)
        traces.append(Trace(index, wave[first : last + 1].copy(), fs_hz, baseline_mm))
    return np.rint(ink * 255).astype(np.uint8), tuple(traces)


def _off_the_page(
    plan: layouts.Layout, ink: np.ndarray, traces: tuple[Trace, ...]
) -> tuple[str, ...]:
    """Leads with a wave above or below the canvas."""
    boxes, bottom_mm = plan.boxes(), ink.shape[0] / PX_PER_MM
    cut = []
    for trace in traces:
        if not np.isfinite(trace.mv).any():
            continue
        top_mm = trace.baseline_mm - float(np.nanmax(trace.mv)) * layouts.GAIN_MM_PER_MV
        low_mm = trace.baseline_mm - float(np.nanmin(trace.mv)) * layouts.GAIN_MM_PER_MV
        if top_mm < 0 or low_mm > bottom_mm:
            cut.append(boxes[trace.box].lead)
    return tuple(dict.fromkeys(cut))


def _remarks(record: EcgRecord, waves: dict[str, np.ndarray], fs_hz: float) -> list[Remark]:
    found = []
    if record.duration_s < layouts.PAGE_SECONDS - 0.05:
        found.append(quality.remark("short", seconds=record.duration_s))
    flat = [
        lead
        for lead, wave in waves.items()
        if not np.isfinite(wave).any() or np.nanstd(wave) < FLAT_MV
    ]
    if flat:
        found.append(quality.remark("flat_leads", leads=", ".join(flat)))
    found.extend(swapped.remarks(waves, fs_hz))
    return found
