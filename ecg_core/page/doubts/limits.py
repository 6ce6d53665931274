"""Every remark that a page can get, as one table: its severity, its words, and a way out."""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.page.values import Severity


@dataclass(frozen=True)
class Limit:
    """One reason to refuse a scan or to doubt it: its text takes measured values by name."""

    code: str
    severity: Severity
    text: str
    hint: str


ROWS: tuple[Limit, ...] = (
    Limit(
        "too_small",
        Severity.REFUSE,
        "The picture has only {width} × {height} pixels; each side needs {least}.",
        "Scan the page at 150 dpi or more, or photograph it closer.",
    ),
    Limit(
        "too_coarse",
        Severity.REFUSE,
        "One millimetre of paper is only {px_per_mm:.1f} pixels wide; {least:g} are needed.",
        "Is this an ECG? If so, scan it at 100 dpi or more, or photograph all of it closer.",
    ),
    Limit(
        "no_grid_no_trace",
        Severity.REFUSE,
        "Neither an ECG grid nor a calibrated trace was found.",
        "Is this an ECG? If so, photograph the whole sheet, flat and in even light.",
    ),
    Limit(
        "not_an_ecg",
        Severity.REFUSE,
        "No rows of traces were found on the grid.",
        "Is this an ECG? If so, make sure that the traces are dark and in focus.",
    ),
    Limit(
        "too_blurred",
        Severity.REFUSE,
        "The traces are too faint or blurred: contrast {contrast:.2f}, noise {noise:.2f}.",
        "Hold the camera still, in better light, or use a scanner.",
    ),
    Limit(
        "too_dark",
        Severity.REFUSE,
        "The picture is too dark: its brightest parts reach {level:.0f} % of white.",
        "Photograph the sheet again in daylight or with the flash, without your shadow on it.",
    ),
    Limit(
        "burnt_out",
        Severity.REFUSE,
        "{share:.0f} % of the picture is burnt out to white, and the page with it.",
        "Photograph the sheet again without flash or glare.",
    ),
    Limit(
        "inseparable",
        Severity.REFUSE,
        "Grid and traces have the same grey and cannot be told apart.",
        "Scan the page in colour, or use the recorder's own export.",
    ),
    Limit(
        "cut_off",
        Severity.REFUSE,
        "Only {seconds:.1f} s of the ten seconds are on the picture.",
        "Take the whole sheet, with all four margins.",
    ),
    Limit(
        "partly_cut_off",
        Severity.DOUBT,
        "Only {seconds:.1f} s of the ten seconds are on the picture.",
        "Compare with the original; take the whole sheet if you can.",
    ),
    Limit(
        "unclear_time",
        Severity.REFUSE,
        "The rows are {length:.0f} mm long by the grid, where ten seconds take 250 mm.",
        "Only ten seconds at 25 mm/s can be read; take the whole sheet, flat.",
    ),
    Limit(
        "unclear_scale",
        Severity.REFUSE,
        "By the lines of the grid this would be {what}: they are not 1 mm apart, or no grid.",
        "Scan or photograph the page so that the lines of 1 mm can be seen.",
    ),
    Limit(
        "scale_unlikely",
        Severity.DOUBT,
        "By the lines of the grid there are {what}: they may not be 1 mm apart.",
        "Compare rate and heights with the original.",
    ),
    Limit(
        "rotated",
        Severity.REFUSE,
        "The page is rotated by {angle:.0f}°.",
        "Turn the picture upright and try again.",
    ),
    Limit(
        "mirrored",
        Severity.REFUSE,
        "The page is mirrored: {why}.",
        "Use a picture that is not mirrored; a phone's front camera mirrors.",
    ),
    Limit(
        "turned",
        Severity.NOTE,
        "The picture was turned by {degrees}° to bring the page upright.",
        "",
    ),
    Limit(
        "orientation_assumed",
        Severity.DOUBT,
        "Nothing on the page tells clearly which way up it is.",
        "Look at the original; turn it by hand if it is upside down.",
    ),
    Limit(
        "cabrera",
        Severity.NOTE,
        "The limb leads are printed in Cabrera's order; −aVR was inverted to aVR.",
        "",
    ),
    Limit(
        "layout_close",
        Severity.DOUBT,
        "Taken for the layout {layout}; {other} fits hardly less.",
        "Compare the lead names with the original, or choose the layout by hand.",
    ),
    Limit(
        "gain_close",
        Severity.DOUBT,
        "Taken for {gain:g} mm/mV, but print and pulse do not say so clearly.{measured}",
        "Look at the original; set the gain by hand if it differs.",
    ),
    Limit(
        "speed_close",
        Severity.DOUBT,
        "Taken for {speed:g} mm/s, but {other:g} mm/s fits hardly less.",
        "Look at the original; set the speed by hand if it differs.",
    ),
    Limit(
        "columns_close",
        Severity.DOUBT,
        "Where the columns begin is not plain: they may lie {off:.0f} mm elsewhere.",
        "Compare the beginnings of the leads with the original.",
    ),
    Limit(
        "columns_unusual",
        Severity.DOUBT,
        "Columns last {seconds:.1f} s by the grid; neither pulses nor marks tell that plainly.",
        "Compare intervals with the original.",
    ),
    Limit(
        "two_gains",
        Severity.NOTE,
        "Limb leads are printed at {limb:g} mm/mV, chest leads at {chest:g} mm/mV.",
        "",
    ),
    Limit(
        "other_ecg",
        Severity.DOUBT,
        "Another ECG seems to be on the picture, or a row of this one that was not read.",
        "Crop the picture to the ECG that is meant, or correct how it was read.",
    ),
    Limit(
        "row_cut",
        Severity.DOUBT,
        "The edge of the picture cuts through {leads}.",
        "Take the whole sheet, with all four margins.",
    ),
    Limit(
        "one_lead",
        Severity.NOTE,
        "{rows} rows of one lead, {lead}, that follow one another; the first ten seconds are "
        "shown.",
        "",
    ),
    Limit(
        "first_seconds",
        Severity.NOTE,
        "Of {printed:.1f} s of each lead the first {shown:.1f} s are shown.",
        "",
    ),
    Limit(
        "short_columns",
        Severity.NOTE,
        "The sheet shows {seconds:.1f} s of each lead where {usual:g} s are usual; the rest is "
        "left blank.",
        "",
    ),
    Limit(
        "brief_columns",
        Severity.DOUBT,
        "The sheet shows no more than {seconds:.1f} s of each lead, where {usual:g} s are usual.",
        "Compare with the original; take the whole sheet if more is printed.",
    ),
    Limit(
        "cabrera_plain",
        Severity.NOTE,
        "The limb leads are printed in Cabrera's order, aVR as it is.",
        "",
    ),
    Limit(
        "names_differ",
        Severity.DOUBT,
        "Other lead names than expected are printed at {leads}.",
        "Compare the lead names with the original.",
    ),
    Limit(
        "pulse_within",
        Severity.DOUBT,
        "A calibration pulse seems to stand within {leads}: it may be taken for a beat.",
        "Compare with the original: is there a second strip, or does the trace begin later?",
    ),
    Limit(
        "columns_by_names",
        Severity.DOUBT,
        "Lead names stand {apart:.0f} mm apart, columns were read {width:.0f} mm wide.",
        "Compare with the original where each lead begins.",
    ),
    Limit(
        "limbs_disagree",
        Severity.DOUBT,
        "The limb leads do not add up (I + III = II): {share:.0%} remain unexplained.",
        "Is the layout right? Compare the lead names with the original.",
    ),
    Limit(
        "unclear_rows",
        Severity.REFUSE,
        "The rows of traces cannot be told apart.",
        "Flatten the sheet and take it straight from above, in even light.",
    ),
    Limit(
        "rows_missing",
        Severity.REFUSE,
        "Behind the limb leads stand the same leads, seconds later: rows of the sheet are missing.",
        "Take the whole sheet; if these rows are all there is, set layout and leads by hand.",
    ),
    Limit(
        "unknown_calibration",
        Severity.REFUSE,
        "{what}",
        "Pages at 25 or 50 mm/s and 5, 10 or 20 mm/mV can be read; if it is one, set speed and "
        "gain by hand.",
    ),
    Limit(
        "rescaled",
        Severity.NOTE,
        "Printed at {speed:g} mm/s and {gain:g} mm/mV; shown at 25 mm/s and 10 mm/mV.",
        "",
    ),
    Limit(
        "assumed_scale",
        Severity.DOUBT,
        "No calibration pulse or print tells the scale: {what} assumed.",
        "Look at the original; set speed and gain by hand if they differ.",
    ),
    Limit(
        "no_scale",
        Severity.REFUSE,
        "Neither a grid nor a calibration pulse nor print tells the scale.",
        "Use a copy that shows the grid, or print with a calibration pulse.",
    ),
    Limit(
        "no_grid",
        Severity.DOUBT,
        "No grid: the rows are taken for ten seconds, as calibration pulse or print allow.",
        "Amplitudes and intervals may be off; prefer a copy with its grid.",
    ),
    Limit(
        "scale_agreed",
        Severity.NOTE,
        "No grid: calibration pulses and print tell the scale alike.",
        "",
    ),
    Limit(
        "missing_leads",
        Severity.DOUBT,
        "No trace where {leads} should be.",
        "The answer rests on the leads that are there.",
    ),
    Limit(
        "flat_leads",
        Severity.DOUBT,
        "Flat: {leads}.",
        "Check the electrode; the answer may be wrong.",
    ),
    Limit(
        "assumed",
        Severity.DOUBT,
        "Not read from the page but assumed: {what}.",
        "Compare the lead names with the original.",
    ),
    Limit(
        "curved",
        Severity.REFUSE,
        "The sheet is bent: its grid lines lie {residual:.2f} mm (rms) off straight ones.",
        "Flatten the sheet, or use a scanner.",
    ),
    Limit(
        "slightly_curved",
        Severity.DOUBT,
        "The sheet is not quite flat: its grid lines lie {residual:.2f} mm (rms) off.",
        "Intervals near the edges may be off; flatten the sheet if you can.",
    ),
    Limit(
        "flattened",
        Severity.NOTE,
        "The sheet was bent and has been flattened: it lay {height:.1f} mm (rms) off a plane.",
        "",
    ),
    Limit(
        "no_waves",
        Severity.DOUBT,
        "Hardly a wave: long strokes measure {stroke:.1f} mm, on ECGs {limit:g} mm or more.",
        "Is this an ECG? Check electrodes and gain; asystole looks like this, too.",
    ),
    Limit(
        "no_beats",
        Severity.DOUBT,
        "No heart beats stand out: the busiest fifth of the page holds {share:.0%} of the "
        "strokes, on ECGs {limit:.0%} or more.",
        "Is this an ECG? Strong noise and ventricular fibrillation look like this, too.",
    ),
    Limit(
        "steps",
        Severity.DOUBT,
        "The traces jump and stay there: by {share:.0%} of each jump, on ECGs by {limit:.0%} "
        "at most.",
        "Is this an ECG, or a test signal?",
    ),
    Limit(
        "even_waves",
        Severity.DOUBT,
        "The traces swing evenly between their extremes: kurtosis {peaked:.1f}, on ECGs "
        "{limit:g} or more.",
        "Is this an ECG, or a test signal? Ventricular tachycardia can look like this, too.",
    ),
    Limit(
        "rows_apart",
        Severity.DOUBT,
        "The rows do not beat together: agreement {share:.2f}, on twelve-lead ECGs {limit:g} "
        "or more.",
        "Is this one lead, row after row? The model reads twelve leads of the same seconds.",
    ),
    Limit(
        "saturated",
        Severity.DOUBT,
        "Cut off at the limit of the recorder's range, for so much of the time: {leads}.",
        "The true waves are taller. Record again with the electrodes fast and a lower gain.",
    ),
    Limit(
        "saturated_throughout",
        Severity.REFUSE,
        "Every lead lies at the limit of the recorder's range for {share:.0f} % of the time.",
        "Check electrodes and gain, and record again.",
    ),
    Limit(
        "too_short",
        Severity.REFUSE,
        "The record lasts {seconds:.1f} s.",
        "At least {least:g} s are needed; ten seconds are best.",
    ),
    Limit(
        "short",
        Severity.DOUBT,
        "The record lasts {seconds:.1f} s; the page shows ten.",
        "The model was trained on ten seconds.",
    ),
    Limit(
        "no_signal",
        Severity.REFUSE,
        "The record holds no valid sample.",
        "Export it again from the recorder.",
    ),
    Limit(
        "not_recorded",
        Severity.DOUBT,
        "Not recorded: {leads}.",
        "The answer rests on the leads that are there.",
    ),
    Limit(
        "derived_leads",
        Severity.NOTE,
        "{leads} computed from leads I and II.",
        "",
    ),
    Limit(
        # A record is whole, and measured as it is: only its drawing is cut.
        "off_the_page",
        Severity.NOTE,
        "Waves leave the page in {leads}.",
        "Choose a layout with more room per row.",
    ),
    Limit(
        "einthoven",
        Severity.DOUBT,
        "Leads I + III differ from II by {measured:.2f} mV.",
        "Limb leads may be swapped or mislabelled.",
    ),
    Limit(
        "as_filed",
        Severity.NOTE,
        "{notes}",
        "",
    ),
    Limit(
        "too_young",
        Severity.DOUBT,
        "The patient is {years} years old; the model learned from adults, {adult} years and older.",
        "Judge it by the norms of the age.",
    ),
    Limit(
        "limb_upside_down",
        Severity.DOUBT,
        "Lead {leads} seems to be upside down: it differs from what the other limb leads say "
        "by {measured:.2f} mV, and fits them when turned.",
        "Its sign or its name in the file is wrong; compare with the original.",
    ),
    Limit(
        "limbs_exchanged",
        Severity.DOUBT,
        "Leads {leads} seem to be exchanged: the limb leads differ from one another by "
        "{measured:.2f} mV, and fit when the two names are.",
        "Compare the names with the original.",
    ),
    Limit(
        "goldberger",
        Severity.DOUBT,
        "Lead {leads} differs from what I and II say by {measured:.2f} mV.",
        "Limb leads may be mislabelled, or not of the same time.",
    ),
    Limit(
        "arms_swapped",
        Severity.DOUBT,
        "Lead I is upside down beside V6 (correlation {measured:.2f}).",
        "The arm electrodes may be swapped; compare with an earlier ECG or record again.",
    ),
    Limit(
        "right_arm_leg_swapped",
        Severity.DOUBT,
        "Lead II is nearly flat: {measured:.0%} of the other limb leads.",
        "The electrodes of right arm and right leg may be swapped; record again.",
    ),
    Limit(
        "left_arm_leg_swapped",
        Severity.DOUBT,
        "Lead III is nearly flat: {measured:.0%} of the other limb leads.",
        "The electrodes of left arm and right leg may be swapped; record again.",
    ),
    Limit(
        "geometry",
        Severity.NOTE,
        "Grid found at {x:.2f} × {y:.2f} px/mm, turned by {angle:.1f}°; lines lie within "
        "{residual:.2f} mm (rms).",
        "",
    ),
    Limit(
        "time_axis",
        Severity.NOTE,
        "Columns are {percent:+.1f} % off 62.5 mm by the grid; the time axis was set by them.",
        "",
    ),
    Limit(
        "pulse",
        Severity.NOTE,
        "Calibration pulse of {height:.0f} mm in {rows} rows.",
        "",
    ),
    Limit(
        "joined_pages",
        Severity.NOTE,
        "Limb and chest leads are of two pages: two times ten seconds, not the same beats.",
        "",
    ),
    Limit(
        "pages_rates",
        Severity.DOUBT,
        "The heart beats {low:.0f} times a minute on one page and {high:.0f} on the other.",
        "The pages may be of different ECGs: compare them with the original.",
    ),
    Limit(
        "pages_rate_unknown",
        Severity.DOUBT,
        "Whether the heart beats at one rate on both pages could not be told.",
        "Compare the pages with the original.",
    ),
    Limit(
        "pages_no_halves",
        Severity.REFUSE,
        "The two pages are not one ECG: one shows {first}, the other {second}.",
        "Open them one by one; only limb leads and chest leads are read together.",
    ),
    Limit(
        "pages_apart",
        Severity.REFUSE,
        "The two pages are not of one scale: rows are {first:.0f} and {second:.0f} mm apart.",
        "Open them one by one.",
    ),
    Limit(
        "two_pages",
        Severity.REFUSE,
        "Two pages are shown as one ECG.",
        "Open one of them alone for this.",
    ),
    Limit(
        "by_hand",
        Severity.NOTE,
        "Set by hand: {what}.",
        "",
    ),
)
"""Every remark a page can get, from a scan or from a record."""
LIMITS: dict[str, Limit] = {limit.code: limit for limit in ROWS}
"""The same by code, each of one severity."""
NO_HEARTBEAT = frozenset({"no_waves", "no_beats", "steps", "even_waves", "rows_apart"})
"""Codes of the remarks that `plausible` makes: the waves can hardly be heart beats."""
