"""Whether a sheet has the size of an ECG.

Lines 5 mm apart taken for those of 1 mm, or the other way round, make pens, beats, waves and rows
five times too large or too small.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ecg_core.page.scan.connected import vertical_runs
from ecg_core.page.scan.sheets import laws
from ecg_core.page.scan.sheets.decide import Sheet
from ecg_core.page.scan.sheets.sheet import Said

UNLIKELY, IMPOSSIBLE = 1.0, 3.0
"""So much against a size is told as a doubt, and so much is refused."""
FASTEST, SLOWEST = 250.0, 15.0
PEN_MM, BLOTTED_MM = 1.3, 2.0
HIGHEST_MM = 45.0
SHORTEST_MM, SHORT_MM, LONGEST_MM = 20.0, 45.0, 560.0
WIDEST_MM = 90.0
LETTER_MM = 1.25
PULSE_S, OFF, ALIKE = 0.2, 0.12, 0.1
"""Pulses last so long; height and width that are both off by more, and alike to within the last,
say that what was taken for millimetres is none."""
SQUARE, UNTOLD_SQUARE = 1.13, 1.06
"""Pictures are stretched by so much without a word; by less where neither columns nor pulses tell
the scale: pixels of a screen pass for lines that are not as far apart across as down."""


def rate(sheet: Sheet) -> Said:
    """A heart beats 15 to 250 times a minute. Where a name is read, letters tell the size, and
    what looks like more beats are the two sides of broad ones."""
    apart = np.diff(laws.beats_px(sheet.draft)) / sheet.draft.seen.px_per_mm
    if len(apart) < 2 or sheet.draft.named:
        return Said("rate", 0.0, "too few beats")
    found = 60.0 * sheet.scale.speed / float(np.median(apart))
    return Said("rate", -3.0 * (not SLOWEST < found < FASTEST), f"{found:.0f} beats a minute")


def pen(sheet: Sheet) -> Said:
    """No pen is thicker than a millimetre or so."""
    seen = sheet.draft.seen
    usual = 0.0
    for part in (seen.trace[:, ::3], seen.trace.T[:, ::3]):
        _, start, end = vertical_runs(part)
        along = float(np.median(end - start)) / seen.px_per_mm if len(start) else 0.0
        usual = min(usual, along) if usual else along
    return Said(
        "pen", -1.5 * (usual > PEN_MM) - 1.5 * (usual > BLOTTED_MM), f"pen of {usual:.1f} mm"
    )


def waves(sheet: Sheet) -> Said:
    """Waves of more than 4 mV are none."""
    tall = max(row.moves_mm for row in sheet.draft.seen.rows) / sheet.scale.gain_limb * 10.0
    return Said("waves", -3.0 * (tall > HIGHEST_MM), f"waves of {tall:.0f} mm")


def rows(sheet: Sheet) -> Said:
    """Rows are as long as paper is wide, and as far apart as a hand can hold."""
    draft = sheet.draft
    length = max(np.ptp(row.span_px) for row in draft.seen.rows) / draft.seen.px_per_mm
    least = (
        SHORT_MM * (1.0 + (draft.division.count > 2)) if draft.division.count > 1 else SHORTEST_MM
    )
    value = -3.0 * (length < least) - 3.0 * (length > LONGEST_MM)
    value -= 3.0 * (len(draft.leads) > 1 and draft.seen.pitch_mm > WIDEST_MM)
    return Said("rows", value, f"rows of {length:.0f} mm")


def letters(sheet: Sheet) -> Said:
    """Names are printed to be read."""
    names = [n for n in sheet.draft.print_.names if n.lead not in laws.STRENGTH]
    if len(names) < 3:
        return Said("letters", 0.0, "hardly a name")
    high = float(np.median([n.y1_mm - n.y0_mm for n in names]))
    return Said("letters", -1.5 * (high < LETTER_MM), f"letters of {high:.1f} mm")


def pulses(sheet: Sheet) -> Said:
    """Pulses that are as much too high for the gain in print as they are too wide for the speed."""
    seen, scale = sheet.draft.seen, sheet.scale
    whole = [one for one in seen.pulses if not one.cut]
    if len(whole) < 2 or scale.gain_from != "print" or scale.gain_limb != scale.gain_chest:
        return Said("pulses", 0.0, "pulses and print do not tell the size")
    high = float(np.median([one.height_mm for one in whole]))
    wide = float(np.median([one.width_mm for one in whole]))
    tall, long = high / scale.gain_limb, wide / (PULSE_S * scale.speed)
    off = min(abs(tall - 1.0), abs(long - 1.0)) > OFF and abs(tall / long - 1.0) < ALIKE
    text = f"pulses {high:.1f} mm high and {wide:.1f} mm wide at {scale.gain_limb:g} mm/mV"
    return Said("pulses", -IMPOSSIBLE * off, text)


def square(sheet: Sheet, stretch: float, guessed: bool) -> Said:
    """Millimetres are as wide as high, unless columns as long as usual, and pulses, say that the
    picture was stretched. stretch: px per mm across to those down. guessed: they were made square
    against what lines say, for which the same must speak."""
    apart = max(stretch, 1.0 / stretch)
    time, pulse = laws.time_off(sheet.draft), laws.pulse_off(sheet.draft)
    usual = time is not None and time < laws.FITS and (pulse is None or pulse < laws.FITS)
    value = 0.0
    if not usual and (guessed or apart > SQUARE):
        value = -IMPOSSIBLE if guessed or time is not None else -UNLIKELY
    elif time is None and pulse is None and apart > UNTOLD_SQUARE:
        value = -UNLIKELY
    return Said("square", value, f"millimetres {stretch:.2f} times as wide as high")


LAWS: tuple[Callable[[Sheet], Said], ...] = (rate, pen, waves, rows, letters, pulses)


def against(sheet: Sheet, stretch: float, guessed: bool) -> tuple[float, str]:
    """How much speaks against the size of a sheet (0 for nothing), and what, in words.

    stretch: px per mm of the scan across to those down. guessed: as for `square`.
    """
    said = [*(law(sheet) for law in LAWS), square(sheet, stretch, guessed)]
    odd = [one for one in said if one.value < 0]
    return -sum(one.value for one in odd), ", ".join(one.text for one in odd)
